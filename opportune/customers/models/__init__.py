"""Accounts, contacts and how records are connected, as facts."""

from opportune.customers.models.connection import Connection, End
from opportune.customers.models.customer import Account, AnyCustomer, Contact, Customer, CustomerQuerySet

__all__ = ["Account", "AnyCustomer", "Connection", "Contact", "Customer", "CustomerQuerySet", "End"]
