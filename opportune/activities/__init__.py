"""What is to be done about a record, and what was done."""
