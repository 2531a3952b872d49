"""Addresses of deals. Verbs are resources."""

from django.urls import path

from opportune.web.opportunities import board, closing, editing, listing, many, moving, record, updating

urlpatterns = [
    path("pipeline/", board.show, name="board"),
    path("pipeline/<str:key>/", board.show, name="board_of"),
    path("pipeline/<str:key>/column/<str:stage>/", board.column, name="board_column"),
    path("opportunities/", listing.show, name="opportunities"),
    path("opportunities/selected/", many.choose, name="opportunities_selected"),
    path("opportunities/selected/<str:what>/", many.do, name="opportunities_do"),
    path("opportunities/new/", editing.new, name="opportunity_new"),
    path("opportunities/<int:opportunity_id>/", record.show, name="opportunity"),
    path("opportunities/<int:opportunity_id>/edit/", editing.edit, name="opportunity_edit"),
    path(
        "opportunities/<int:opportunity_id>/stages/<int:stage_id>/", record.flyout, name="opportunity_stage"
    ),
    path("opportunities/<int:opportunity_id>/steps/<int:step_id>/", record.step, name="opportunity_step"),
    path("opportunities/<int:opportunity_id>/move/", moving.move, name="opportunity_move"),
    path("opportunities/<int:opportunity_id>/update/", updating.update, name="opportunity_update"),
    path("opportunities/<int:opportunity_id>/process/", updating.switch, name="opportunity_switch"),
    path("opportunities/<int:opportunity_id>/close/", closing.close, name="opportunity_close"),
    path("opportunities/<int:opportunity_id>/reopening/", closing.reopen, name="opportunity_reopen"),
    path("opportunities/<int:opportunity_id>/tasks/", record.plan_task, name="opportunity_task"),
]
