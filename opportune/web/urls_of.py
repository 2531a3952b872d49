"""Addresses with parameters: a view is its URL."""

from collections.abc import Mapping
from urllib.parse import urlencode


def with_parameters(address: str, parameters: Mapping[str, str], **changed: str | None) -> str:
    """An address with parameters, some of them changed; an empty or none one is left out."""
    chosen = {**parameters, **changed}
    kept = {name: value for name, value in chosen.items() if value not in (None, "")}
    return f"{address}?{urlencode(kept)}" if kept else address
