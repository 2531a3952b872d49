"""Every command on accounts, contacts and connections. Doors import them from here."""

from opportune.customers.actions.writing import (
    bring_back_customer,
    create_account,
    create_accounts,
    create_contact,
    create_contacts,
    edit_account,
    edit_contact,
    mark_as_customers,
    remove_customer,
    restore_fields,
)

__all__ = [
    "bring_back_customer",
    "create_account",
    "create_accounts",
    "create_contact",
    "create_contacts",
    "edit_account",
    "edit_contact",
    "mark_as_customers",
    "remove_customer",
    "restore_fields",
]
