"""Addresses of competitors."""

from django.urls import path

from opportune.web.competitors import views

urlpatterns = [
    path("competitors/", views.listing, name="competitors"),
    path("competitors/new/", views.new, name="competitor_new"),
    path("competitors/<int:competitor_id>/", views.show, name="competitor"),
    path("competitors/<int:competitor_id>/edit/", views.edit, name="competitor_edit"),
    path("competitors/<int:competitor_id>/removal/", views.remove, name="competitor_remove"),
]
