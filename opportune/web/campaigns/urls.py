"""Addresses of campaigns and segments."""

from django.urls import path

from opportune.web.campaigns import forms, lines, opening, picking, removing, views

urlpatterns = [
    path("campaigns/", views.campaigns_list, name="campaigns"),
    path("campaigns/new/", forms.campaign_new, name="campaign_new"),
    path("campaigns/<int:campaign_id>/", views.campaign, name="campaign"),
    path("campaigns/<int:campaign_id>/edit/", forms.campaign_edit, name="campaign_edit"),
    path("campaigns/<int:campaign_id>/activation/", forms.activate, name="campaign_activate"),
    path("campaigns/<int:campaign_id>/deletion/", removing.campaign_delete, name="campaign_delete"),
    path("segments/", views.segments_list, name="segments"),
    path("segments/new/", forms.segment_new, name="segment_new"),
    path("segments/<int:segment_id>/", views.segment, name="segment"),
    path("segments/<int:segment_id>/edit/", forms.segment_edit, name="segment_edit"),
    path("segments/<int:segment_id>/deletion/", removing.segment_delete, name="segment_delete"),
    path("segments/<int:segment_id>/opportunities/", opening.create, name="segment_deals"),
    path("segments/<int:segment_id>/lines/", lines.add, name="segment_lines"),
    path("segments/<int:segment_id>/lines/<int:line_id>/", lines.change, name="segment_line"),
    path("segments/<int:segment_id>/lines/<int:line_id>/removal/", lines.remove, name="segment_line_remove"),
    path("pick/campaigns/", picking.pick_campaign, name="pick_campaign"),
    path("pick/segments/", picking.pick_segment, name="pick_segment"),
]
