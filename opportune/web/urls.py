"""All addresses of the web door."""

from django.urls import include, path

urlpatterns = [
    path("", include("opportune.web.shell.urls")),
    path("", include("opportune.web.opportunities.urls")),
    path("", include("opportune.web.competitors.urls")),
    path("", include("opportune.web.customers.urls")),
    path("", include("opportune.web.bin.urls")),
    path("", include("opportune.web.jobs.urls")),
    path("", include("opportune.web.access.urls")),
    path("settings/", include("opportune.web.settings.urls")),
]
