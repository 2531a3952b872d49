"""What browsers report that they kept a page from doing. A few a minute are logged, and nothing of people."""

from __future__ import annotations

import json
import logging
import re
from typing import Any
from urllib.parse import urlsplit

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

MOST_A_MINUTE = 10
LONGEST = 20_000
_WORD = re.compile(r"[a-z-]{1,40}")
logger = logging.getLogger("opportune.security")


@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Take a report; whatever it is, the answer is empty."""
    if len(request.body) <= LONGEST and _there_is_room(request):
        for report in _reports(request.body):
            logger.warning("The Content-Security-Policy stopped %s from %s", *report)
    return HttpResponse(status=204)


def _there_is_room(request: HttpRequest) -> bool:
    """Whether few enough came this minute, from one address and in all."""
    for key in (f"csp:{request.META.get('REMOTE_ADDR', '')}", "csp:everywhere"):
        cache.add(key, 0, timeout=60)
        try:
            if cache.incr(key) > MOST_A_MINUTE:
                return False
        except ValueError:  # the minute is over
            cache.add(key, 1, timeout=60)
    return True


def _reports(body: bytes) -> list[tuple[str, str]]:
    """The directive and the origin of what was stopped, for each report; no address within Opportune, no sample."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return []
    whole = given if isinstance(given, list) else [given]
    inner = [each.get("csp-report", each.get("body")) for each in whole[:3] if isinstance(each, dict)]
    return [
        (_directive(each), _origin(each.get("blocked-uri", each.get("blockedURL", ""))))
        for each in inner
        if isinstance(each, dict)
    ]


def _directive(report: dict[str, Any]) -> str:
    named = report.get(
        "effective-directive", report.get("effectiveDirective", report.get("violated-directive"))
    )
    word = _WORD.match(str(named))
    return word[0] if word else "something"


def _origin(blocked: object) -> str:
    text = str(blocked)
    if _WORD.fullmatch(text):
        return text  # inline, eval, data
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return "elsewhere"
    return (
        f"{parts.scheme}://{host}"
        if re.fullmatch(r"[a-z0-9.:-]{1,100}", host) and parts.scheme
        else "elsewhere"
    )
