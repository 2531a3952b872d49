"""How values and writes reach the two database engines: exact numbers, keyset pages, the SQLite engine."""
