"""Backups: everything an installation knows, in one file that either engine takes back.

A backup is a zip: `tables/<table>.jsonl` has the rows of one table, `files/…` what was stored, and `manifest.json`, the
last, says what all of them must be. Every row is a JSON array, after a first line with the names of the columns, in the
order of the primary key: the same data give the same bytes on both engines, so the digest of such a file is the digest
of the table. Rows are read in one snapshot, and nobody waits for it.

What signs and what opens is not in it: no key, no session, no link that was mailed (`tables.LEFT_OUT`,
`tables.BLANKED`).
"""
