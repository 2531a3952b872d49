"""Putting a deal's reminder off, or away (C-049)."""

from datetime import UTC, datetime, timedelta

from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, Refused
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import action
from opportune.opportunities.models import Opportunity
from opportune.opportunities.references import instant
from opportune.opportunities.writing import obtain_open_deal, write
from opportune.reference.queries import organisation_settings

SNOOZES = {"15m": timedelta(minutes=15), "1h": timedelta(hours=1)}
TOMORROW = "tomorrow"


@action("snooze_reminder")
def snooze(actor: Actor, opportunity_id: int, *, until: str) -> Opportunity:
    """Put an open deal's reminder off for `15m`, `1h`, or until `tomorrow` at the time of the settings.

    Raises NotFound, NotPermitted, Conflict `closed`, Invalid, or Refused `no_reminder`.
    """
    deal = _reminding(actor, opportunity_id)
    if until not in (*SNOOZES, TOMORROW):
        raise Invalid({"until": sentence("Choose one of: {names}.", names=", ".join((*SNOOZES, TOMORROW)))})
    write(deal, {"reminder_at": _tomorrow(actor) if until == TOMORROW else clock.now() + SNOOZES[until]})
    return deal


@action("dismiss_reminder")
def dismiss(actor: Actor, opportunity_id: int) -> Opportunity:
    """Take an open deal's reminder away. Raises as `snooze`."""
    deal = _reminding(actor, opportunity_id)
    write(deal, {"reminder_at": None})
    return deal


def _reminding(actor: Actor, opportunity_id: int) -> Opportunity:
    deal = obtain_open_deal(actor, opportunity_id)
    if deal.reminder_at is None:
        raise Refused("no_reminder", sentence("This opportunity has no reminder."))
    return deal


def _tomorrow(actor: Actor) -> datetime:
    settled = organisation_settings()
    zone = actor.time_zone or settled.time_zone
    return instant(clock.today(zone) + timedelta(days=1), zone, settled.reminder_time).astimezone(UTC)
