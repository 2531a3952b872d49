"""Addresses: of a page by its name, and with parameters, since a view is its URL."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

_ANY = 9_000_000_000_000_000


def address(name: str, *args: Any) -> str:
    """The address of a page. Where all its parts are ids, it is asked for once and then filled in."""
    if args and all(type(arg) is int for arg in args):
        return _pattern(name, len(args)).format(*args)
    return _without_ids(name) if not args else reverse(name, args=args)


@lru_cache(maxsize=512)
def _without_ids(name: str) -> str:
    return reverse(name)


@lru_cache(maxsize=512)
def _pattern(name: str, parts: int) -> str:
    found = reverse(name, args=[_ANY + place for place in range(parts)])
    for place in range(parts):
        found = found.replace(str(_ANY + place), f"{{{place}}}")
    return found


def with_parameters(address: str, parameters: Mapping[str, str], **changed: str | None) -> str:
    """An address with parameters, some of them changed; an empty or none one is left out."""
    chosen = {**parameters, **changed}
    kept = {name: value for name, value in chosen.items() if value not in (None, "")}
    return f"{address}?{urlencode(kept)}" if kept else address
