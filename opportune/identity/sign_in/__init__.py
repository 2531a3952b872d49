"""How people prove who they are beyond a password, noted in the ledger; the library of signing in does the proving."""
