"""The generator of the bench: what it makes is what commands would have left behind."""

import pytest

from bench.generator.addresses import ACTORS
from bench.generator.company import PROCESS
from bench.generator.filling import fill
from bench.generator.words import COMMON, RARE
from bench.sql import FLOORS, floor
from opportune.identity.queries import person_by_email
from opportune.operations.doctor import examine
from opportune.operations.doctor.findings import Severity
from opportune.operations.starting import install
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Entry, Opportunity
from opportune.opportunities.queries import board, totals
from opportune.process.queries import process_by_key
from opportune.search.queries import find

SIZE = 1000


def test_a_size_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="1000"):
        fill(10)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_doctor_finds_nothing_wrong_with_what_the_generator_made() -> None:
    install()
    fill(SIZE)
    assert [each.code for each in examine().findings if each.severity == Severity.ERROR] == []
    assert Entry.objects.count() == 6 * SIZE
    assert 500 < Opportunity.objects.filter(closed_on__isnull=True).count() < 700
    admin, seller = (person_by_email(ACTORS[who], "web") for who in ("admin", "seller"))
    everything, some = totals(admin, OpportunityFilter()).all, totals(seller, OpportunityFilter()).all
    assert everything.count == SIZE
    assert 0 < some.count < SIZE / 2
    assert len(board(admin, process_by_key(PROCESS), OpportunityFilter()).columns) == 7
    assert 0 < len(find(admin, RARE)) <= len(find(admin, COMMON))


def test_every_floor_has_statements() -> None:
    files = [path.stem for path in FLOORS.glob("*.sql") if path.stem != "visible"]
    assert len(files) == 12
    assert all(floor(name) for name in files)
