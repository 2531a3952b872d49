"""Small files to import, and the map they are read by."""

from collections.abc import Iterable
from pathlib import Path

HEADER = "id,what,who,seller,state,from,until,worth"
MAP = """
dates = "M/D/YYYY"
process = "sales"
create_accounts = true

[opportunities.fields]
external_id = "id"
subject = "{what}, {who}"
account = "who"
owner = "seller"
status = "state"
started_on = "from"
closed_on = "until"
actual_value = "worth"

[opportunities.aliases.what]
Pmup = "Pump"

[opportunities.status.New]
is = "not_started"
[opportunities.status.Open]
is = "in_progress"
stage = "develop"
[opportunities.status.Won]
is = "won"
stage = "develop"
[opportunities.status.Lost]
is = "lost"
stage = "develop"
"""
WON = "A1,Pump,Northwind,Alice,Won,3/1/2024,3/20/2024,1200"
LOST = "A2,Pmup,Northwind,Bob,Lost,3/5/2024,4/2/2024,0"
OPEN = "A3,Valve,Südwind,Alice,Open,3/10/2024,,"
NEW = "A4,Valve,Northwind,Dan,New,,,"
ROWS = (WON, LOST, OPEN, NEW)


def write(directory: Path, *rows: str, name: str = "deals.csv", header: str = HEADER) -> Path:
    """A CSV file with some rows."""
    file = directory / name
    file.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return file


def open_deals(count: int, *, account: str = "Northwind") -> Iterable[str]:
    """Rows of open deals, B1 to B<count>."""
    return (f"B{number},Pump,{account},Alice,Open,3/1/2024,," for number in range(1, count + 1))
