"""Lists, records and forms of accounts and contacts."""
