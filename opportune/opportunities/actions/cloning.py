"""Making a deal like another one."""

from typing import Any

from opportune.identity.actor import Actor
from opportune.identity.queries import known_people
from opportune.identity.visibility import obtain, scope
from opportune.kernel import clock
from opportune.kernel.errors import Invalid
from opportune.kernel.registries import react
from opportune.kernel.sentences import sentence
from opportune.ledger.models import LIVE
from opportune.ledger.recording import action, recording
from opportune.opportunities.actions.creating import create
from opportune.opportunities.actions.sales_team import add_member
from opportune.opportunities.events import OpportunityCloned
from opportune.opportunities.models import Opportunity, Rival, TeamMember
from opportune.opportunities.origins import FIELDS as ORIGIN
from opportune.opportunities.origins import Named, wrong_origins
from opportune.opportunities.references import INITIATOR, wrong_references
from opportune.opportunities.values import CHECKS, checked
from opportune.opportunities.writing import organisation_today
from opportune.process.holding import hold_processes
from opportune.process.queries import process_by_id

NOT_COPIED = {"external_id", "chance", "probability", "on_hold", "initiated_by", "owner_id", "reminder_at"}
_NEEDED = {"subject", "account_id", "contact_id", "currency"}
COPY = {"en": "{subject} (copy)", "fr": "{subject} (copie)"}
_LONGEST_SUBJECT = 300


@action("clone_opportunity")
def clone(actor: Actor, opportunity_id: int, *, subject: str | None = None) -> Opportunity:
    """An open deal like another one, open or closed, in the default stage; without its number, closing and history.

    Fields, competitors and sales team are copied, but for what has gone from a list or into the bin since, and
    for a reminder that has passed. It stays with the same owner where the actor could give that one's deal away,
    and is the actor's otherwise.

    Raises NotFound, NotPermitted, Invalid.
    """
    hold_processes()
    model = obtain(Opportunity, actor, opportunity_id, "read")
    actor.demand(Opportunity.kind, "create")
    process = process_by_id(model.process_id)
    made = create(
        actor,
        {
            **_fields(actor, model),
            "subject": proposed_subject(model.subject, actor.language) if subject is None else subject,
            "owner_id": _owner(actor, model),
        },
        process_id=None if process.is_retired else process.id,
    )
    _copy_rivals(model, made)
    _copy_team(actor, model, made)
    react(actor, OpportunityCloned(model.pk, made.pk))
    return made


def proposed_subject(subject: str, language: str) -> str:
    """What a copy is called until somebody says otherwise."""
    pattern = COPY["fr" if language.startswith("fr") else "en"]
    room = _LONGEST_SUBJECT - len(pattern.format(subject=""))
    return pattern.format(subject=subject[:room])


def _fields(actor: Actor, model: Opportunity) -> dict[str, Any]:
    copied = {name: getattr(model, name) for name in CHECKS if name not in NOT_COPIED}
    try:
        checked(copied)
    except Invalid as gone:
        copied = {name: value for name, value in copied.items() if name in _NEEDED or name not in gone.fields}
    initiator = {name: getattr(model, name) for name in INITIATOR}
    [wrong] = wrong_references(actor, [{**copied, **initiator}])
    [incoherent] = wrong_origins([Named({**copied, **initiator}, ORIGIN, organisation_today())])
    wrong = {**incoherent, **wrong}
    if "customer" in wrong:
        raise Invalid({"customer": wrong["customer"]})
    if initiator["initiated_by_kind"] and "initiated_by" not in wrong:
        copied["initiated_by"] = f"{model.initiated_by_kind}:{model.initiated_by_id}"
    if model.reminder_at is not None and model.reminder_at > clock.now():
        copied["reminder_at"] = model.reminder_at
    kept = {name: value for name, value in copied.items() if name not in wrong}
    if not wrong.keys().isdisjoint(ORIGIN):
        kept |= {"campaign_id": kept.get("campaign_id"), "segment_id": None}
    return kept


def _owner(actor: Actor, model: Opportunity) -> int | None:
    if _reaches(actor, "assign", model) and known_people({model.owner_id}):
        return model.owner_id
    if actor.person_id is None:
        raise Invalid({"owner_id": sentence("Choose who is responsible.")})
    return actor.person_id


def _reaches(actor: Actor, verb: str, deal: Opportunity) -> bool:
    return Opportunity.objects.filter(scope(actor, Opportunity.kind, verb), pk=deal.pk).exists()


def _copy_rivals(model: Opportunity, made: Opportunity) -> None:
    rivals = Rival.objects.filter(LIVE, opportunity=model, competitor__deleted_at=None).order_by("id")
    recording().create_many(
        [
            Rival(
                opportunity=made,
                competitor_id=rival.competitor_id,
                price=rival.price,
                checked_on=rival.checked_on,
                note=rival.note,
            )
            for rival in rivals
        ]
    )


def _copy_team(actor: Actor, model: Opportunity, made: Opportunity) -> None:
    members = TeamMember.objects.filter(LIVE, opportunity=model, user__is_active=True).order_by("id")
    for member in members if _reaches(actor, "share", made) else ():
        add_member(actor, made.pk, user_id=member.user_id, role=member.role, may_write=member.may_write)
