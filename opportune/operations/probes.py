"""What watches over a server asks for: is the process alive, is it ready, what are its numbers.

They are answered before anything else looks at the request, under whatever host name it came: a load balancer knows
the machine by its number, and asks without TLS.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from opportune.operations.exposure import is_loopback
from opportune.operations.health import readiness

FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


class ProbeMiddleware:
    """Answers the three addresses, and passes on everything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path)
        if probe is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            response = HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        else:
            response = probe(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        # Else Django notes an error at each look at an installation that is not ready.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response


def alive(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked, not even the database."""
    return JsonResponse({"alive": True})


def ready(request: HttpRequest) -> HttpResponse:
    """Which parts are in order, by name only; 503 unless all are."""
    parts = readiness()
    is_ready = all(parts.values())
    return JsonResponse({"ready": is_ready, "parts": parts}, status=200 if is_ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers in the text format of Prometheus, for those who may read them; nothing is here for others."""
    if settings.METRICS == "secret":
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        expected = settings.METRICS_SECRET.encode()
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), expected):
            return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    elif settings.METRICS != "loopback" or not from_this_machine(request):
        return HttpResponse(status=404)
    from opportune.operations.metrics.exposition import exposition

    body, kind = exposition()
    return HttpResponse(body, content_type=kind)


def from_this_machine(request: HttpRequest) -> bool:
    """Whether a program on this machine asks for itself, and is no proxy that passes on what others ask."""
    if any(name in request.headers for name in FORWARDED):
        return False
    host = request.META.get("HTTP_HOST", "").rsplit(":", 1)[0].strip("[]")
    return is_loopback(request.META.get("REMOTE_ADDR", "")) and is_loopback(host)


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": alive,
    "/readyz": ready,
    "/metrics": metrics,
}
