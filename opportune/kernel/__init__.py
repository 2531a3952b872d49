"""Plain Python every other package may rely on: no Django, no business noun."""
