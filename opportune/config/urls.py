"""The root of all addresses: each door brings its own."""

from django.urls import URLPattern, URLResolver, include, path

from opportune.operations.health import health_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health_page, name="health"),
    path("api/", include("opportune.api.urls")),
    path("sign/", include("allauth.account.urls")),
    path("", include("opportune.web.urls")),
]

handler404 = "opportune.web.shell.views.not_found"
handler500 = "opportune.web.shell.views.failed"
