"""A company at work whose records are committed, so that several connections see them."""

import pytest

from opportune.process.actions import add_step, install_processes
from opportune.process.queries import process_by_id
from opportune.reference.actions import install_reference
from tests.deals import SYSTEM, process_with, stage
from tests.people import Company, found_company
from tests.properties.writers import Scenes


@pytest.fixture
def firm(transactional_db: None) -> Company:
    """The company, committed."""
    founded = found_company()
    install_reference(SYSTEM)
    install_processes(SYSTEM)
    return founded


@pytest.fixture
def scenes(firm: Company) -> Scenes:
    """Deals to quarrel about, in four stages: a tick holds the first, and the first two make tasks."""
    made = process_with(
        stage("a", 10, is_default=True), stage("b", 30, skip=True), stage("c", 60, skip=True), stage("d", 90)
    )
    add_step(SYSTEM, made.stages[0].id, what="tick", name_en="Ask", name_fr="Demander", is_required=True)
    for at in (0, 1):
        add_step(SYSTEM, made.stages[at].id, what="task", name_en="Call", name_fr="Appeler", delay_days=2)
    return Scenes(firm, process_by_id(made.id))
