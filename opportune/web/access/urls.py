"""The address of what people may do with a record."""

from django.urls import path

from opportune.web.access import views

urlpatterns = [path("access/<str:record>/", views.show, name="access")]
