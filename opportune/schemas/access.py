"""What somebody may do with a record, and why."""

from typing import Any

from opportune.identity.access import Access, VerbAccess
from opportune.identity.explaining import Reason
from opportune.kernel.errors import NotFound
from opportune.kernel.records import RecordRef
from opportune.schemas.language import spoken
from opportune.schemas.shapes import Shown

KINDS = {"opportunities": "opportunity", "accounts": "account", "contacts": "contact", "tasks": "task"}
"""The kinds of record that can be asked about, by the word for several of them."""


class ReasonShown(Shown):
    """Why somebody may or may not.

    What gives a verb: `owner`, `team`, `unit`, `unit_below`, `organisation`, `shared`, `shared_with_team`,
    `sales_team`; for a task `about`. What keeps from it: `no_right`, `out_of_reach`, `share_too_narrow`, `token`,
    `deactivated`.
    """

    code: str
    message: str
    data: dict[str, Any]


class VerbAccessShown(Shown):
    """Whether a verb can be used on the record. Who does not see a record may do nothing with it."""

    verb: str
    may: bool
    reasons: list[ReasonShown]


class AccessShown(Shown):
    """What a person, or the token that asks about itself, may do with a record; `sees` is whether it may be read."""

    person_id: int
    name: str
    is_active: bool
    sees: bool
    verbs: list[VerbAccessShown]


class AccessPage(Shown):
    """A page of what every active person may do with a record, by name."""

    items: list[AccessShown]
    next: str | None


def record_asked_about(kind: str, record_id: int) -> RecordRef:
    """The record that an address names, by the word for several of its kind. Raises NotFound."""
    if kind not in KINDS:
        raise NotFound("record")
    return RecordRef(KINDS[kind], record_id)


def access_shown(found: Access, language: str) -> AccessShown:
    """An access with its reasons in a reader's language."""
    return AccessShown(
        person_id=found.person_id,
        name=found.name,
        is_active=found.is_active,
        sees=found.sees,
        verbs=[_verb(each, language) for each in found.verbs],
    )


def _verb(each: VerbAccess, language: str) -> VerbAccessShown:
    return VerbAccessShown(
        verb=each.verb, may=each.may, reasons=[_reason(reason, language) for reason in each.reasons]
    )


def _reason(reason: Reason, language: str) -> ReasonShown:
    return ReasonShown(code=reason.code, message=spoken(reason.message, language), data=dict(reason.data))
