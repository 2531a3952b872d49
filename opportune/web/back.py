"""Where somebody came from, so that saving leads back there (C-056)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def safe(request: HttpRequest, address: str, otherwise: str = "/") -> str:
    """An address on this site, else another one: nobody is sent elsewhere."""
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(address, hosts, require_https=settings.SESSION_COOKIE_SECURE):
        return address
    return otherwise


def came_from(request: HttpRequest, otherwise: str) -> str:
    """The page of this site that somebody comes from, as a path with its filters."""
    referer = safe(request, request.headers.get("Referer", ""), "")
    parts = urlsplit(referer)
    if not parts.path or parts.path == request.path:
        return otherwise
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def stays(request: HttpRequest, otherwise: str) -> str:
    """The list or board a dialog was opened from, as it is filtered, to which a command leads back; else a page."""
    current = safe(request, request.headers.get("HX-Current-URL", ""), "")
    parts = urlsplit(current)
    if parts.path != reverse("opportunities") and not parts.path.startswith(reverse("board")):
        return otherwise
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
