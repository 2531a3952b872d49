"""References to records of any kind."""

import pytest

from opportune.kernel.records import RecordRef


def test_a_reference_is_written_and_read_back() -> None:
    assert RecordRef.parse(str(RecordRef("opportunity", 7))) == RecordRef("opportunity", 7)


@pytest.mark.parametrize("text", ["", "opportunity", ":7", "opportunity:", "opportunity:x"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        RecordRef.parse(text)
