"""Accounts and contacts: whom we sell to (domain.md §1). An opportunity's *customer* is one of either."""
