"""The words that names and subjects are made of."""

from collections.abc import Sequence

PLACES = (
    "north", "south", "east", "west", "alpine", "coastal", "central", "river", "lake", "forest", "harbour", "valley",
    "summit", "prairie", "meadow", "delta",
)  # fmt: skip
TRADES = (
    "systems", "foods", "motors", "textiles", "robotics", "energy", "optics", "logistics", "dairy", "paper", "glass",
    "steel", "marine", "garden",
)  # fmt: skip
FIRST = (
    "anna", "bruno", "clara", "david", "elena", "felix", "greta", "hugo", "irene", "jonas", "karla", "leo", "maria",
    "nils", "olga", "paul", "rosa", "simon",
)  # fmt: skip
LAST = (
    "adler", "blanc", "castro", "dubois", "ekman", "ferrari", "garcia", "holm", "ivanov", "jansen", "keller", "lopez",
    "martin", "novak", "olsen", "petit",
)  # fmt: skip
CITIES = ("Lyon", "Berlin", "Porto", "Gent", "Turin", "Leeds", "Malmo", "Graz", "Lille", "Bonn")
THINGS = (
    "pumps", "valves", "sensors", "boilers", "meters", "turbines", "filters", "panels", "motors", "drives",
)  # fmt: skip
KINDS = ("annual", "annual", "spare", "pilot", "renewal", "trial", "rush")
RARE = "zephyr"
COMMON = "annual"
RARE_DEALS = 28
"""About how many deals have the rare word, whatever the size."""


def among(words: Sequence[str], index: str) -> str:
    """The word at an index below their number, as SQL chooses it."""
    cases = " ".join(f"WHEN {place} THEN '{word}'" for place, word in enumerate(words))
    return f"CASE {index} {cases} END"
