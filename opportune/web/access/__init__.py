"""Who can see a record, and why."""
