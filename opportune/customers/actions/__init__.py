"""Every command on accounts, contacts and connections. Doors import them from here."""

from opportune.customers.actions.connecting import (
    add_stakeholders,
    bring_back_connection,
    change_connection,
    connect,
    disconnect,
    remove_connection,
    restore_connection,
)
from opportune.customers.actions.deleting import (
    delete_account,
    delete_contact,
    restore_account,
    restore_contact,
)
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
    "add_stakeholders",
    "bring_back_connection",
    "bring_back_customer",
    "change_connection",
    "connect",
    "create_account",
    "create_accounts",
    "create_contact",
    "create_contacts",
    "delete_account",
    "delete_contact",
    "disconnect",
    "edit_account",
    "edit_contact",
    "mark_as_customers",
    "remove_connection",
    "remove_customer",
    "restore_account",
    "restore_connection",
    "restore_contact",
    "restore_fields",
]
