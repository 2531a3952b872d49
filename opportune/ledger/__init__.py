"""The ledger: every command is one change set, every record it touched one change after another.

It is recorded time, and the source of audit and undo (domain.md §9). It knows actors by id, kind and label
only, and records by `RecordRef`, so that nothing it says is lost when they go.
"""
