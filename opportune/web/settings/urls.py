"""Addresses of the settings, all below `/settings/`."""

from django.urls import URLPattern, URLResolver, path

from opportune.web.settings import categories, lists, organisation, overview, reasons

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.index, name="settings"),
    path("organisation/", organisation.show, name="organisation"),
    path("organisation/preset/", organisation.preset, name="preset"),
    path("currencies/", organisation.currencies, name="currencies"),
    path("currencies/new/", organisation.add_currency, name="currency_new"),
    path("currencies/rates/", organisation.set_rate, name="rate_new"),
    path("currencies/<str:currency>/use/", organisation.use_currency, name="currency_use"),
    path("currencies/<str:currency>/rates/removal/", organisation.remove_rate, name="rate_removal"),
    path("close-reasons/", reasons.index, name="close_reasons"),
    path("close-reasons/add/", reasons.add, name="close_reason_add"),
    path("close-reasons/new/", reasons.new, name="close_reason_new"),
    path("close-reasons/<str:reason>/name/", reasons.rename, name="close_reason_name"),
    path("close-reasons/<str:reason>/use/", reasons.offer, name="close_reason_use"),
    path("close-reasons/<str:reason>/removal/", reasons.remove, name="close_reason_removal"),
    path("lists/", lists.index, name="lists"),
    path("lists/<str:list_key>/", lists.show, name="list"),
    path("lists/<str:list_key>/options/", lists.options, name="list_options"),
    path("lists/<str:list_key>/items/", lists.add, name="choice_new"),
    path("lists/<str:list_key>/items/<str:choice>/name/", lists.rename, name="choice_name"),
    path("lists/<str:list_key>/items/<str:choice>/place/", lists.move, name="choice_place"),
    path("lists/<str:list_key>/items/<str:choice>/use/", lists.offer, name="choice_use"),
    path("lists/<str:list_key>/items/<str:choice>/removal/", lists.remove, name="choice_removal"),
    path("categories/", categories.index, name="categories"),
    path("categories/<str:color>/name/", categories.rename, name="category_name"),
    path("records/<str:record>/categories/", categories.mark, name="categorise"),
]
