"""CSV files as people have them."""

from pathlib import Path

import pytest

from opportune.importing.tables import open_table
from opportune.kernel.errors import Invalid


def write(directory: Path, content: str | bytes) -> Path:
    file = directory / "file.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_is_read_with_any_delimiter_line_end_and_mark(
    tmp_path: Path, mark: str, delimiter: str, end: str
) -> None:
    text = mark + end.join([f"id{delimiter}name", f"1{delimiter}Müller", ""])
    [line] = open_table(write(tmp_path, text), ["id", "name"]).lines()
    assert (line.number, line.cells) == (2, {"id": "1", "name": "Müller"})


def test_quotes_around_another_delimiter_do_not_mislead(tmp_path: Path) -> None:
    [line] = open_table(write(tmp_path, '"id, or so";"name"\n"1, 2";"b"\n'), ["name"]).lines()
    assert line.cells == {"id, or so": "1, 2", "name": "b"}


def test_rows_keep_their_number_across_blank_ones(tmp_path: Path) -> None:
    table = open_table(write(tmp_path, 'id,name\n1,"two\nlines"\n\n,\n2,b\n'), ["id"])
    assert [(line.number, line.cells["id"]) for line in table.lines()] == [(2, "1"), (5, "2")]


def test_a_row_with_too_many_cells_has_no_columns(tmp_path: Path) -> None:
    [line] = open_table(write(tmp_path, "id,name\n1,a,b\n"), ["id"]).lines()
    assert (line.cells, line.raw) == ({}, ("1", "a", "b"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("id;what\n", "no column “name”. It has: id, what"),
        ("name,name\n", "two columns called “name”"),
        ("id,name\n1,é\n".encode("latin-1"), "not UTF-8"),
        ("id,name\n".encode("utf-16"), "not UTF-8"),
        ("id,name\n1,\0\n", "no text file"),
        ('id,name\n1,"open\n', "no valid CSV"),
        ('id,name\n1,"a"b\n', "no valid CSV in line 2"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(tmp_path: Path, content: str | bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        list(open_table(write(tmp_path, content), ["name"]).lines())


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        open_table(tmp_path / "absent.csv", ["name"])


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        open_table(tmp_path, ["name"])
