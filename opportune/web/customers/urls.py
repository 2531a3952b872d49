"""Addresses of accounts and contacts."""

from django.urls import path

from opportune.web.customers import connections, forms, picking, removing, views

urlpatterns = [
    path("accounts/", views.accounts_list, name="accounts"),
    path("accounts/new/", forms.account_new, name="account_new"),
    path("accounts/<int:account_id>/", views.account, name="account"),
    path("accounts/<int:account_id>/edit/", forms.account_edit, name="account_edit"),
    path("accounts/<int:account_id>/deletion/", removing.account_delete, name="account_delete"),
    path("accounts/<int:account_id>/restoration/", removing.account_restore, name="account_restore"),
    path("accounts/bin/", removing.accounts_bin, name="accounts_bin"),
    path("contacts/", views.contacts_list, name="contacts"),
    path("contacts/new/", forms.contact_new, name="contact_new"),
    path("contacts/<int:contact_id>/", views.contact, name="contact"),
    path("contacts/<int:contact_id>/edit/", forms.contact_edit, name="contact_edit"),
    path("contacts/<int:contact_id>/deletion/", removing.contact_delete, name="contact_delete"),
    path("contacts/<int:contact_id>/restoration/", removing.contact_restore, name="contact_restore"),
    path("contacts/bin/", removing.contacts_bin, name="contacts_bin"),
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
