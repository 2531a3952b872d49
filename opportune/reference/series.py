"""How numbers look: OPP-2026-0017."""

PREFIXES = {"opportunity": "OPP"}


def formatted(series: str, year: int, number: int) -> str:
    """A number of a series, at least four digits within its year."""
    return f"{PREFIXES[series]}-{year}-{number:04d}"
