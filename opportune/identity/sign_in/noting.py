"""What the library of signing in writes, noted in the ledger by the same transaction.

Its tables are not `Recorded`: what they hold besides is secret. So the rows of a person are compared before and after.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession

from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.ledger.models import Change
from opportune.ledger.recording import Recording, command

R = TypeVar("R")
Facts = Mapping[RecordRef, Mapping[str, Any]]
FACTOR, SESSION, LINK = "second_factor", "session", "linked_sign_in"


def noted(actor: Actor, verb: str, write: Callable[[], R], *, about: int | None = None) -> R:
    """Let the library write, and note what became of a person's factors, sessions and links; the actor's unless said.

    A change set is left only if something changed. None of these verbs can be undone.
    """
    person_id = about or actor.person_id or 0
    with command(actor, verb) as running:
        before = facts_of(person_id)
        done = write()
        _note(running, before, facts_of(person_id))
    return done


def facts_of(person_id: int) -> Facts:
    """What may be known of how somebody signs in: no seed, no code, no key of a session."""
    return {
        **{
            RecordRef(FACTOR, row.pk): _without_nothing(
                user_id=person_id, type=row.type, name=str(row.data.get("name", ""))[:100]
            )
            for row in Authenticator.objects.filter(user_id=person_id)
        },
        **{
            RecordRef(SESSION, row.pk): _without_nothing(user_id=person_id, ip=row.ip, browser=row.user_agent)
            for row in UserSession.objects.filter(user_id=person_id)
        },
        **{
            RecordRef(LINK, row.pk): _without_nothing(user_id=person_id, provider=row.provider, uid=row.uid)
            for row in SocialAccount.objects.filter(user_id=person_id)
        },
    }


def _without_nothing(**facts: Any) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value}


def _note(running: Recording, before: Facts, after: Facts) -> None:
    operation = Change.Operation
    for ref in _sorted(before.keys() - after.keys()):
        running.note_row(ref, operation.DELETE, before[ref], {})
    for ref in _sorted(after.keys() - before.keys()):
        running.note_row(ref, operation.CREATE, {}, after[ref])
    for ref in _sorted(before.keys() & after.keys()):
        names = [name for name in after[ref] if after[ref][name] != before[ref].get(name)]
        if names:
            changed = {name: after[ref][name] for name in names}
            running.note_row(ref, operation.UPDATE, {name: before[ref].get(name) for name in names}, changed)


def _sorted(refs: Iterable[RecordRef]) -> list[RecordRef]:
    return sorted(refs)
