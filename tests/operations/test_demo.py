"""The demo company: whole, coherent, of today, and only where nobody is."""

from datetime import timedelta

import pytest

from opportune.activities.models import Task
from opportune.customers.models import Account, Contact
from opportune.identity.actor import system_actor
from opportune.identity.models import Team, User
from opportune.identity.queries import demo_passwords_exist
from opportune.kernel import clock
from opportune.kernel.errors import Refused
from opportune.ledger.models import Change
from opportune.operations import demo
from opportune.operations.starting import install
from opportune.opportunities.models import Entry, Opportunity, StepMark

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> demo.DemoCompany:
    install()
    return demo.load(system_actor("tests"))


def test_it_is_as_large_as_it_says(company: demo.DemoCompany) -> None:
    assert (company.accounts, company.contacts, company.deals) == (60, 120, 200)
    assert (Account.objects.count(), Contact.objects.count(), Opportunity.objects.count()) == (60, 120, 200)
    assert (User.objects.count(), Team.objects.count()) == (6, 2)


def test_its_history_ends_today(company: demo.DemoCompany) -> None:
    today = clock.today("Europe/Paris")
    dates = list(Entry.objects.order_by("on").values_list("on", flat=True))
    assert today - timedelta(days=370) < dates[0] < today - timedelta(days=300)
    assert dates[-1] <= today
    assert not Opportunity.objects.filter(closed_on__gt=today).exists()


def test_its_steps_were_ticked_on_the_way(company: demo.DemoCompany) -> None:
    ticks = dict(Change.objects.filter(kind=StepMark.kind).values_list("record_id", "at"))
    marks = StepMark.objects.select_related("opportunity")
    assert len(ticks) == marks.count() > 100
    lives = [(one.opportunity.created_at, ticks[one.pk], one.opportunity.touched_at) for one in marks]
    assert all(created < at <= touched <= clock.now() for created, at, touched in lives)
    assert len({at.date() for at in ticks.values()}) > 30


def test_every_kind_of_deal_is_there(company: demo.DemoCompany) -> None:
    open_deals = Opportunity.objects.filter(status__in=["not_started", "in_progress"])
    assert 35 <= open_deals.count() <= 75
    assert Opportunity.objects.filter(status="won").count() >= 50
    assert Opportunity.objects.filter(status="lost").count() >= 30
    assert open_deals.filter(estimated_close_on__lt=clock.today("Europe/Paris")).exists()
    assert set(Opportunity.objects.values_list("currency", flat=True)) == {"EUR", "USD", "GBP", "CHF"}
    assert Task.objects.filter(state="open").count() >= 20


def test_everybody_can_sign_in_with_the_published_password(company: demo.DemoCompany) -> None:
    assert all(user.check_password(company.password) for user in User.objects.all())
    assert demo_passwords_exist()


def test_it_is_refused_where_somebody_is(company: demo.DemoCompany) -> None:
    with pytest.raises(Refused, match="only for an empty installation"):
        demo.load(system_actor("tests"))
