"""Addresses of the settings, all below `/settings/`."""

from django.urls import URLPattern, URLResolver, path

from opportune.web.settings import overview

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.index, name="settings"),
]
