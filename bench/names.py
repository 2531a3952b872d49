"""What both sides of the bench call by the same name."""

COUNT = "X-Queries"
FLOOR = "/floor/"
