"""What every answer tells a browser besides what Django and django-csp do, and how much of a request is read."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext

Answer = Callable[[HttpRequest], HttpResponseBase]
UNUSED = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "microphone",
    "midi",
    "payment",
    "usb",
)
TOLD = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in UNUSED),
    "Reporting-Endpoints": 'csp="/csp-report/"',
}


def told_to_browsers(answer: Answer) -> Answer:
    """No other site may use what is here, no page may use the devices of its reader; pages of people are not kept."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        for name, value in TOLD.items():
            response.headers.setdefault(name, value)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            # kept by the browser of its reader, which asks again; by nothing between (ASVS 14.3.2)
            response.headers.setdefault("Cache-Control", "private, no-cache")
            # one address may give a page, or to a script a part of it: going back must not find the other
            patch_vary_headers(response, ["HX-Request"])
        return response

    return answered


def not_too_large(answer: Answer) -> Answer:
    """Refuse a request with 413 before it is read, by the length it announces; without one nothing is read."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        announced = str(request.META.get("CONTENT_LENGTH") or "0")
        if not (announced.isascii() and announced.isdigit()):
            return HttpResponse(status=HTTPStatus.BAD_REQUEST)
        if len(announced) > 18 or int(announced) > settings.LARGEST_REQUEST:
            return HttpResponse(
                gettext("The request is too large."),
                status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                content_type="text/plain; charset=utf-8",
            )
        return answer(request)

    return answered
