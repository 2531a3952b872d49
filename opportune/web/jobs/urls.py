"""Addresses of long commands."""

from django.urls import path

from opportune.web.jobs import views

urlpatterns = [
    path("jobs/", views.index, name="jobs"),
    path("jobs/<int:job_id>/", views.show, name="job"),
    path("jobs/<int:job_id>/stop/", views.stop, name="job_stop"),
    path("jobs/<int:job_id>/continuation/", views.go_on, name="job_continue"),
    path("jobs/<int:job_id>/undo/", views.undo, name="job_undo"),
]
