"""What every test may ask for."""

pytest_plugins = ["tests.people", "tests.deals", "tests.doors.callers"]
