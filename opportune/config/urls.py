"""The root of all addresses: each door brings its own. Those of `operations/probes.py` are answered before."""

from django.urls import URLPattern, URLResolver, include, path

from opportune.operations.csp_reports import csp_report

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("opportune.api.urls")),
    path("csp-report/", csp_report, name="csp_report"),
    path("sign/", include("opportune.web.account.urls")),
    path("", include("opportune.web.urls")),
]

handler404 = "opportune.web.shell.views.not_found"
handler500 = "opportune.web.shell.views.failed"
