"""SQLite for several processes: name this package as a database's ENGINE.

SQLite admits one writer at a time and lets the others retry on a schedule that is unfair: under load
some wait for ever and fail. This engine has them queue on a lock file next to the database instead.
"""
