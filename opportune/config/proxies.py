"""Who is asking, through a proxy: its word is taken only where the settings say so."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Answer = Callable[[HttpRequest], HttpResponseBase]
SAID_BY_PROXIES = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
)


def trusted_proxies(answer: Answer) -> Answer:
    """Put the visitor's address where the proxy's is, and drop what visitors claim about themselves."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        peer = str(request.META.get("REMOTE_ADDR", ""))
        if _is_trusted(peer):
            request.META["REMOTE_ADDR"] = _visitor(peer, str(request.META.get("HTTP_X_FORWARDED_FOR", "")))
        else:
            for name in SAID_BY_PROXIES:
                request.META.pop(name, None)
        return answer(request)

    return answered


def _visitor(peer: str, forwarded: str) -> str:
    """The last address of the chain that is no trusted proxy: what stands before it, anybody may have written."""
    visitor = peer
    for each in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        try:
            ip_address(each)
        except ValueError:
            break
        visitor = each
        if not _is_trusted(each):
            break
    return visitor


def _is_trusted(address: str) -> bool:
    try:
        at = ip_address(address)
    except ValueError:
        return False
    return any(at in network for network in settings.TRUSTED_PROXIES)
