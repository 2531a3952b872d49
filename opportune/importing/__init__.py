"""Importing: other people's files become deals, accounts and people by the rules everybody is held to.

A *map* says what the columns of a file mean (`maps.py`), a table reads the file (`tables.py`), each row is
understood or refused with a reason (`rows.py`), and what is understood is made in chunks (`actions.py`).
"""
