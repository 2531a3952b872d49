"""Reading accounts, contacts and connections."""

from opportune.customers.queries.connections import ConnectionRow, connection, connections_of
from opportune.customers.queries.hiding import HIDDEN, customer_history, known_names, readable_history
from opportune.customers.queries.listing import (
    CUSTOMER_LISTS,
    AccountRecord,
    AccountRow,
    ContactRecord,
    ContactRow,
    account_record,
    accounts,
    contact_record,
    contacts,
    count_accounts,
    count_contacts,
)
from opportune.customers.queries.picking import (
    CustomerChoice,
    accounts_by_name,
    customer_choices,
    customer_names,
    customers_named,
    find_customers,
    ids_by_external_id,
    newest_customers,
    visible_customers,
)
from opportune.customers.queries.reaching import names_of
from opportune.customers.queries.standing import (
    Binned,
    CustomerDeals,
    DealName,
    Deletion,
    SegmentsWith,
    bin_of,
    deletion,
    is_depended_upon,
)
from opportune.customers.queries.telling import Told, told, told_of_customer
from opportune.customers.roles import all_roles

__all__ = [
    "CUSTOMER_LISTS",
    "HIDDEN",
    "AccountRecord",
    "AccountRow",
    "Binned",
    "ConnectionRow",
    "ContactRecord",
    "ContactRow",
    "CustomerChoice",
    "CustomerDeals",
    "DealName",
    "Deletion",
    "SegmentsWith",
    "Told",
    "account_record",
    "accounts",
    "accounts_by_name",
    "all_roles",
    "bin_of",
    "connection",
    "connections_of",
    "contact_record",
    "contacts",
    "count_accounts",
    "count_contacts",
    "customer_choices",
    "customer_history",
    "customer_names",
    "customers_named",
    "deletion",
    "find_customers",
    "ids_by_external_id",
    "is_depended_upon",
    "known_names",
    "names_of",
    "newest_customers",
    "readable_history",
    "told",
    "told_of_customer",
    "visible_customers",
]
