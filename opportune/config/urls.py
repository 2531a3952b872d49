"""The root of all addresses: each door brings its own."""

from django.urls import URLPattern, URLResolver, include, path

from opportune.operations.csp_reports import csp_report
from opportune.operations.health import health_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health_page, name="health"),
    path("api/", include("opportune.api.urls")),
    path("csp-report/", csp_report, name="csp_report"),
    path("sign/", include("opportune.web.account.urls")),
    path("", include("opportune.web.urls")),
]

handler404 = "opportune.web.shell.views.not_found"
