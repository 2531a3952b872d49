"""Addresses of the bin."""

from django.urls import path

from opportune.web.bin import views

urlpatterns = [
    path("bin/", views.show, name="bin"),
    path("bin/<str:record>/restoration/", views.restore, name="bin_restore"),
    path("bin/<str:record>/purge/", views.purge, name="bin_purge"),
]
