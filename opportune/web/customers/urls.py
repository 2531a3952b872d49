"""Addresses of accounts and contacts."""

from django.urls import path

from opportune.web.customers import connections, forms, picking, views

urlpatterns = [
    path("accounts/", views.accounts_list, name="accounts"),
    path("accounts/new/", forms.account_new, name="account_new"),
    path("accounts/<int:account_id>/", views.account, name="account"),
    path("accounts/<int:account_id>/edit/", forms.account_edit, name="account_edit"),
    path("contacts/", views.contacts_list, name="contacts"),
    path("contacts/new/", forms.contact_new, name="contact_new"),
    path("contacts/<int:contact_id>/", views.contact, name="contact"),
    path("contacts/<int:contact_id>/edit/", forms.contact_edit, name="contact_edit"),
    path("pick/customers/", picking.pick_customer, name="pick_customer"),
    path("pick/customers/new/<str:kind>/", picking.customer_in_place, name="customer_in_place"),
    path("connections/<str:kind>/<int:record_id>/new/", connections.connect, name="connection_new"),
    path(
        "connections/<str:kind>/<int:record_id>/<int:connection_id>/",
        connections.change,
        name="connection_change",
    ),
    path(
        "connections/<str:kind>/<int:record_id>/<int:connection_id>/removal/",
        connections.disconnect,
        name="connection_remove",
    ),
]
