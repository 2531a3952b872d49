"""The root of all addresses: each door brings its own. Those of `operations/probes.py` are answered before."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("opportune.api.urls")),
    path("sign/", include("allauth.account.urls")),
    path("", include("opportune.web.urls")),
]

handler404 = "opportune.web.shell.views.not_found"
