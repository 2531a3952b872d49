"""Addresses of servers, as the environment gives them, taken apart."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

POSTGRES_SCHEMES = ("postgres", "postgresql")
# Whoever waits longer is told; and a server that was away is looked for again within seconds, never minutes.
POOL_PATIENCE = {"timeout": 10, "reconnect_timeout": 10}
POSTGRES_EXAMPLE = "postgres://user:password@host:5432/name"


class BadSetting(Exception):
    """An environment variable holds a value Opportune cannot use; the text says which and what to write."""


def postgres(name: str, url: str, *, pool: int, cursors: bool) -> dict[str, Any]:
    """Django's description of the PostgreSQL at the address that the variable `name` holds. Raises BadSetting.

    `pool` is how many connections a process keeps at most, 0 for no pool; `cursors` whether the server may keep some.
    """
    parts = split(name, url, POSTGRES_SCHEMES, POSTGRES_EXAMPLE)
    if not parts.path.strip("/"):
        raise BadSetting(f"{name} names no database; write {POSTGRES_EXAMPLE}.")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", parts.hostname or "")
    port = options.pop("port", "")
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, **POOL_PATIENCE}
    return {
        "ENGINE": "opportune.storage.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "HOST": unquote(host),
        "PORT": str(parts.port or port),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "CONN_MAX_AGE": 0 if pool else 60,
        # With a pool too: after a restart of the server every connection in it is dead.
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": not cursors,
        "OPTIONS": options,
    }


def split(name: str, url: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    """The parts of an address with one of the schemes and a numeric port. Raises BadSetting."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in schemes and (parts.port is None or parts.port > 0)
    except ValueError:
        known = False
    if not known:
        raise BadSetting(f"{name} is not an address Opportune knows; write {example}.")
    return parts
