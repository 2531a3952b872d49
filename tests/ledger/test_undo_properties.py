"""Undo and redo of random edits agree with a model of domain.md §9 in plain Python."""

from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opportune.customers.actions import edit_account
from opportune.customers.models import Account
from opportune.kernel.errors import Refused
from opportune.ledger.models import Change
from opportune.ledger.recording import noting_change_sets
from opportune.ledger.undo import undo
from tests.people import Company

FACETS = {
    "street": "address",
    "city": "address",
    "country": "address",
    "phone": "phone",
    "industry": "industry",
}
FIELDS = tuple(FACETS)
Values = dict[str, str]

edits = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["", "a", "b"]), min_size=1, max_size=3)
steps = st.lists(st.one_of(edits, st.integers(min_value=0, max_value=30)), min_size=1, max_size=14)


@dataclass
class Entry:
    """One change set of the model: the whole record before and after it."""

    before: Values
    after: Values
    undone: bool = False


@dataclass
class Model:
    """The record as the contract wants it."""

    now: Values = field(default_factory=lambda: dict.fromkeys(FIELDS, ""))
    entries: list[Entry] = field(default_factory=list)

    def write(self, changes: Values) -> bool:
        """Write values; false if none differs, when there is no change set."""
        after = {**self.now, **changes}
        if after == self.now:
            return False
        self.entries.append(Entry(self.now, after))
        self.now = after
        return True

    def undo(self, number: int) -> tuple[str, set[str], set[str]]:
        """What an undo answers, restores and keeps."""
        entry = self.entries[number]
        if entry.undone:
            return "already_undone", set(), set()
        touched = {FACETS[name] for name in FIELDS if entry.before[name] != entry.after[name]}
        changed = {FACETS[name] for name in FIELDS if entry.after[name] != self.now[name]}
        restored = touched - changed
        if not restored:
            return "nothing_to_undo", set(), touched
        entry.undone = True
        self.write({name: entry.before[name] for name in FIELDS if FACETS[name] in restored})
        return "done", restored, touched & changed


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=steps)
def test_undo_and_redo_follow_the_contract(company: Company, plan: list[Values | int]) -> None:
    account = company.account()
    model, sets = Model(), list[int]()
    for step in plan:
        if isinstance(step, dict):
            with noting_change_sets() as noted:
                edit_account(company.alice, account.pk, step, confirm_duplicates=True)
            assert bool(noted) == model.write(step)
            sets += noted
        elif sets:
            number = step % len(sets)
            answer = answered(company, sets, number)
            assert answer == model.undo(number)
        stored = Account.objects.values(*FIELDS).get(pk=account.pk)
        assert stored == model.now
        assert len(sets) == len(model.entries)
    assert_ledger_is_whole(account)


def answered(company: Company, sets: list[int], number: int) -> tuple[str, set[str], set[str]]:
    """What the ledger's undo answers, restores and keeps."""
    try:
        undone = undo(company.alice, sets[number])
    except Refused as refusal:
        return refusal.code, set(), {facet for _, facet in refusal.data.get("kept", [])}
    sets.append(undone.change_set_id or 0)
    return "done", {facet for _, facet in undone.restored}, {facet for _, facet in undone.kept}


def assert_ledger_is_whole(account: Account) -> None:
    """Versions have no gap, each change begins where the one before ended, and the last is what is stored."""
    stored = Account.objects.get(pk=account.pk)
    changes = list(Change.objects.filter(kind="account", record_id=account.pk).order_by("version"))
    assert [change.version for change in changes] == list(range(1, stored.version + 1))
    replayed: dict[str, object] = {}
    for change in changes:
        assert {name: replayed.get(name, "") for name in change.before} == change.before
        replayed |= change.after
    assert {name: replayed.get(name, "") for name in FIELDS} == {
        name: getattr(stored, name) for name in FIELDS
    }
