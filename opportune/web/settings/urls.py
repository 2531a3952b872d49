"""Addresses of the settings, all below `/settings/`."""

from django.urls import URLPattern, URLResolver, path

from opportune.web.settings import overview, process, stages, steps

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.index, name="settings"),
    path("process/", process.show, name="settings_process"),
    path("process/new/", process.new, name="process_new"),
    path("process/<int:process_id>/edit/", process.edit, name="process_edit"),
    path("process/<int:process_id>/delete/", process.delete, name="process_delete"),
    path("process/<int:process_id>/retire/", process.retire, name="process_retire"),
    path("process/<int:process_id>/default/", process.make_default, name="process_default"),
    path("process/<int:process_id>/comment/", process.comment, name="process_comment"),
    path("process/<int:process_id>/shift/<str:way>/", process.shift, name="process_shift"),
    path("process/<int:process_id>/stages/new/", stages.new, name="stage_new"),
    path("stages/<int:stage_id>/edit/", stages.edit, name="stage_edit"),
    path("stages/<int:stage_id>/delete/", stages.delete, name="stage_delete"),
    path("stages/<int:stage_id>/default/", stages.make_default, name="stage_default"),
    path("stages/<int:stage_id>/comment/", stages.comment, name="stage_comment"),
    path("stages/<int:stage_id>/shift/<str:way>/", stages.shift, name="stage_shift"),
    path("stages/<int:stage_id>/steps/new/", steps.new, name="step_new"),
    path("steps/<int:step_id>/edit/", steps.edit, name="step_edit"),
    path("steps/<int:step_id>/delete/", steps.delete, name="step_delete"),
    path("steps/<int:step_id>/stage/<int:stage_id>/", steps.move, name="step_move"),
    path("steps/<int:step_id>/shift/<str:way>/", steps.shift, name="step_shift"),
]
