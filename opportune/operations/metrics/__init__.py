"""Numbers for Prometheus, over all processes of a supervised group.

Each process counts into files of its own that lie in memory (`place.py`), and whichever process is asked adds them up
(`exposition.py`). What the database knows is counted there at that moment (`census.py`).
"""
