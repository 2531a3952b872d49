"""Addresses of the frame."""

from django.urls import path

from opportune.web.shell import palette, views

urlpatterns = [
    path("", views.home, name="home"),
    path("preferences/", views.preferences, name="preferences"),
    path("undo/", views.undo_last, name="undo_last"),
    path("undo/<int:change_set_id>/", views.undo_change, name="undo"),
    path("tasks/", views.my_tasks, name="tasks"),
    path("tasks/<int:task_id>/owner/", views.assign_task, name="task_owner"),
    path("tasks/<int:task_id>/<str:how>/", views.end_task, name="task_end"),
    path("reminders/bell/", views.bell, name="bell"),
    path("palette/", palette.found, name="palette"),
    path("palette/<str:kind>/<int:record_id>/", palette.commands, name="palette_commands"),
    path("keys/", views.keys, name="keys"),
    path("search/", views.search, name="search"),
    path("mails/", views.mails, name="mails"),
    path("set-up/<str:secret>/", views.set_up, name="set_up"),
]
