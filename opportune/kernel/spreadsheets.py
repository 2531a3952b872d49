"""CSV cells that spreadsheets open: text that begins like a formula is disarmed on the way out and meant on the way in.

An apostrophe goes before such a cell, also before one that has apostrophes already, so that reading gives back
exactly what was written. A number stays a number.
"""

import re

_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def as_meant(cell: str) -> str:
    """What a disarmed cell stands for; any other is what it is."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
