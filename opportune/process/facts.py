"""Questions that lower packages ask about processes, answered through wiring.py."""

from opportune.process.queries import processes


def process_is_offered(key: str) -> bool:
    """Whether new deals may be in the process with this key."""
    return any(process.key == key for process in processes(with_retired=False))
