"""Whom a bench signs in as."""

PASSWORD = "a bench needs no secrets"  # noqa: S105
ACTORS = {"admin": "p1@bench.example", "seller": "p7@bench.example"}
