"""What every test may ask for."""

pytest_plugins = ["tests.people", "tests.doors.callers"]
