"""Addresses of deals. Verbs are resources."""

from django.urls import include, path

from opportune.web.opportunities import (
    board,
    cells,
    closing,
    deleting,
    editing,
    forecasting,
    listing,
    many,
    moving,
    news,
    planning,
    record,
    rows,
    surroundings,
    updating,
)

SURROUNDINGS = [
    path("clone/", surroundings.clone, name="opportunity_clone"),
    path("comments/", surroundings.comment, name="opportunity_comment"),
    path("reminder/snooze/", surroundings.snooze, name="opportunity_snooze"),
    path("reminder/dismissal/", surroundings.dismiss, name="opportunity_dismissal"),
    path("competitors/", surroundings.rivals, name="opportunity_rivals"),
    path("competitors/<int:competitor_id>/", surroundings.rival, name="opportunity_rival"),
    path(
        "competitors/<int:competitor_id>/removal/",
        surroundings.remove_rival,
        name="opportunity_rival_removal",
    ),
    path("sales-team/", surroundings.sales_team, name="opportunity_team"),
    path("sales-team/<int:person_id>/", surroundings.member, name="opportunity_member"),
    path(
        "sales-team/<int:person_id>/removal/", surroundings.remove_member, name="opportunity_member_removal"
    ),
    path("shares/", surroundings.shares, name="opportunity_shares"),
    path("shares/<int:share_id>/", surroundings.change_share, name="opportunity_share"),
    path("shares/<int:share_id>/removal/", surroundings.unshare, name="opportunity_unshare"),
]
urlpatterns = [
    path("pipeline/", board.show, name="board"),
    path("pipeline/<str:key>/", board.show, name="board_of"),
    path("pipeline/<str:key>/column/<str:stage>/", board.column, name="board_column"),
    path("pipeline/<str:key>/filter/", board.filters, name="board_filter"),
    path("pipeline/<str:key>/news/", news.on_board, name="board_news"),
    path("forecast/", forecasting.show, name="forecast"),
    path("forecast/<str:key>/", forecasting.show, name="forecast_of"),
    path("forecast/<str:key>/filter/", forecasting.filters, name="forecast_filter"),
    path("forecast/<str:key>/news/", news.on_forecast, name="forecast_news"),
    path("forecast/<str:key>/lanes/<str:month>/", forecasting.lane, name="forecast_lane"),
    path("opportunities/news/", news.on_list, name="opportunities_news"),
    path("opportunities/", listing.show, name="opportunities"),
    path("opportunities/filter/", listing.filters, name="opportunities_filter"),
    path("opportunities/columns/", listing.choose_columns, name="opportunities_columns"),
    path("opportunities/<int:opportunity_id>/row/", rows.row, name="opportunity_row"),
    path("opportunities/<int:opportunity_id>/cells/<str:name>/", cells.cell, name="opportunity_cell"),
    path("opportunities/selected/", many.choose, name="opportunities_selected"),
    path("opportunities/selected/<str:what>/", many.do, name="opportunities_do"),
    path("opportunities/new/", editing.new, name="opportunity_new"),
    path("opportunities/<int:opportunity_id>/", record.show, name="opportunity"),
    path("opportunities/<int:opportunity_id>/head/", record.head, name="opportunity_head"),
    path("opportunities/<int:opportunity_id>/edit/", editing.edit, name="opportunity_edit"),
    path(
        "opportunities/<int:opportunity_id>/stages/<int:stage_id>/", record.flyout, name="opportunity_stage"
    ),
    path("opportunities/<int:opportunity_id>/steps/<int:step_id>/", record.step, name="opportunity_step"),
    path("opportunities/<int:opportunity_id>/move/", moving.move, name="opportunity_move"),
    path("opportunities/<int:opportunity_id>/month/", forecasting.change, name="opportunity_month"),
    path("opportunities/<int:opportunity_id>/months/", forecasting.where, name="opportunity_months"),
    path("opportunities/<int:opportunity_id>/destinations/", board.where, name="opportunity_destinations"),
    path("opportunities/<int:opportunity_id>/update/", updating.update, name="opportunity_update"),
    path("opportunities/<int:opportunity_id>/process/", updating.switch, name="opportunity_switch"),
    path("opportunities/deletion/", deleting.delete_matching, name="opportunities_deletion"),
    path("opportunities/<int:opportunity_id>/deletion/", deleting.delete, name="opportunity_delete"),
    path("opportunities/<int:opportunity_id>/close/", closing.close, name="opportunity_close"),
    path("opportunities/<int:opportunity_id>/reopening/", closing.reopen, name="opportunity_reopen"),
    path("opportunities/<int:opportunity_id>/tasks/", planning.plan_task, name="opportunity_task"),
    path(
        "opportunities/<int:opportunity_id>/stage-tasks/",
        planning.plan_tasks_of_stage,
        name="opportunity_stage_tasks",
    ),
    path("opportunities/<int:opportunity_id>/", include(SURROUNDINGS)),
    path("pick/initiators/", surroundings.pick_initiator, name="pick_initiator"),
]
