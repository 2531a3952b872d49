"""PostgreSQL that keeps the plans of fixed reads: name this package as a database's ENGINE."""
