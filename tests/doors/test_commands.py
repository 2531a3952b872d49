"""Every command that works with data, as a stranger. A new one is not covered until it stands in `COMMANDS`."""

import argparse
from pathlib import Path

import pytest

from opportune import cli
from opportune.identity.actions import issue_token
from opportune.ledger.models import Change
from tests.doors.callers import MARK, CommandLine, Market

EMPTY, OWN, HIDDEN, NOT_PERMITTED, INVALID = 0, 0, 3, 4, 5
MAP = Path(__file__).parents[2] / "examples" / "crm-sales-opportunities.toml"
COMMANDS: dict[str, tuple[str, int]] = {
    "createuser": ("eve@example.com Eve --role salesperson --no-password", NOT_PERMITTED),
    "reset-sign-in": ("alice@example.com", NOT_PERMITTED),
    "token create": ("mine --scope *:read", OWN),
    "token list": ("", EMPTY),
    "token revoke": ("{token}", HIDDEN),
    "opportunities list": ("", EMPTY),
    "opportunities summary": ("", EMPTY),
    "opportunities show": ("{deal}", HIDDEN),
    "opportunities create": ("Pump --account {account}", INVALID),
    "opportunities edit": ("{deal} --set budget=1", HIDDEN),
    "opportunities move": ("{deal} --move next", HIDDEN),
    "opportunities moves": ("{deal}", HIDDEN),
    "opportunities put-into-month": ("{deal} none", HIDDEN),
    "opportunities plan-stage-tasks": ("{deal}", HIDDEN),
    "opportunities switch": ("{deal} --process contact_manager", HIDDEN),
    "opportunities close": ("{deal} --outcome won", HIDDEN),
    "opportunities move-many": ("{deal} --move next", OWN),
    "opportunities close-many": ("{deal} --outcome won", INVALID),
    "opportunities assign-many": ("{deal} --to dan@example.com", OWN),
    "opportunities reopen": ("{deal}", HIDDEN),
    "opportunities delete": ("{deal}", HIDDEN),
    "opportunities delete-closed": ("", OWN),
    "opportunities revalue": ("", NOT_PERMITTED),
    "bin list": ("", EMPTY),
    "bin restore": ("opportunity:{deal}", HIDDEN),
    "bin purge": ("opportunity:{deal}", HIDDEN),
    "opportunities clone": ("{deal}", HIDDEN),
    "opportunities comment": ("{deal} Hello", HIDDEN),
    "opportunities snooze": ("{deal} --until 1h", HIDDEN),
    "opportunities dismiss": ("{deal}", HIDDEN),
    "opportunities add-competitor": ("{deal} Borealis", HIDDEN),
    "opportunities change-competitor": ("{deal} 1 --set note=x", HIDDEN),
    "opportunities remove-competitor": ("{deal} 1", HIDDEN),
    "opportunities add-member": ("{deal} dan@example.com", HIDDEN),
    "opportunities change-member": ("{deal} dan@example.com --read-only", HIDDEN),
    "opportunities remove-member": ("{deal} dan@example.com", HIDDEN),
    "opportunities shares": ("{deal}", HIDDEN),
    "opportunities share": ("{deal} --user dan@example.com", HIDDEN),
    "opportunities change-share": ("{deal} 1 --write", HIDDEN),
    "opportunities unshare": ("{deal} 1", HIDDEN),
    "reminders": ("", EMPTY),
    "competitors list": ("", EMPTY),
    "competitors show": ("99", HIDDEN),
    "competitors create": ("Own", OWN),
    "competitors edit": ("99 --set strengths=x", HIDDEN),
    "competitors remove": ("99", HIDDEN),
    "campaigns list": ("", EMPTY),
    "campaigns show": ("99", HIDDEN),
    "campaigns create": ("Own", OWN),
    "campaigns edit": ("99 --set code=x", HIDDEN),
    "campaigns activate": ("99", HIDDEN),
    "campaigns deactivate": ("99", HIDDEN),
    "campaigns delete": ("99", HIDDEN),
    "campaigns restore": ("99", HIDDEN),
    "segments list": ("", EMPTY),
    "segments show": ("99", HIDDEN),
    "segments create": ("Own", OWN),
    "segments edit": ("99 --set description=x", HIDDEN),
    "segments delete": ("99", HIDDEN),
    "segments restore": ("99", HIDDEN),
    "segments lines": ("99", HIDDEN),
    "segments add-line": ("99 account:{account}", HIDDEN),
    "segments change-line": ("99 1 --note x", HIDDEN),
    "segments remove-line": ("99 1", HIDDEN),
    "segments open": ("99", HIDDEN),
    "accounts list": ("", EMPTY),
    "accounts create": ("Own", OWN),
    "contacts list": ("", EMPTY),
    "contacts create": ("Own --account {account}", INVALID),
    "accounts show": ("{account}", HIDDEN),
    "accounts edit": ("{account} --set city=Brest", HIDDEN),
    "accounts delete": ("{account}", HIDDEN),
    "accounts bin": ("", EMPTY),
    "accounts restore": ("{account}", HIDDEN),
    "accounts history": ("{account}", HIDDEN),
    "contacts show": ("{contact}", HIDDEN),
    "contacts edit": ("{contact} --set city=Brest", HIDDEN),
    "contacts delete": ("{contact}", HIDDEN),
    "contacts bin": ("", EMPTY),
    "contacts restore": ("{contact}", HIDDEN),
    "contacts history": ("{contact}", HIDDEN),
    "connections list": ("account:{account}", HIDDEN),
    "connections add": ("account:{account} contact:1", HIDDEN),
    "connections change": ("opportunity:{deal} {connection} --role social:friend", HIDDEN),
    "connections remove": ("opportunity:{deal} {connection}", HIDDEN),
    "access show": ("opportunity:{deal}", HIDDEN),
    "access people": ("opportunity:{deal}", HIDDEN),
    "processes list": ("", EMPTY),
    "processes statistics": ("sales", EMPTY),
    "processes create": ("Own Propre", NOT_PERMITTED),
    "processes edit": ("sales --set name_en=Own", NOT_PERMITTED),
    "processes order": ("sales", NOT_PERMITTED),
    "processes retire": ("sales", NOT_PERMITTED),
    "processes unretire": ("sales", NOT_PERMITTED),
    "processes delete": ("sales", NOT_PERMITTED),
    "processes comment": ("sales Own", NOT_PERMITTED),
    "processes add-stage": ("sales Own Propre", NOT_PERMITTED),
    "processes edit-stage": ("sales/qualify --set chance=1", NOT_PERMITTED),
    "processes order-stages": ("sales qualify", NOT_PERMITTED),
    "processes default-stage": ("sales --none", NOT_PERMITTED),
    "processes delete-stage": ("sales/qualify --preview", NOT_PERMITTED),
    "processes comment-stage": ("sales/qualify Own", NOT_PERMITTED),
    "processes add-step": ("sales/qualify tick Own Propre", NOT_PERMITTED),
    "processes edit-step": ("{step} --set name_en=Own", NOT_PERMITTED),
    "processes order-steps": ("sales/qualify {step}", NOT_PERMITTED),
    "processes move-step": ("{step} develop", NOT_PERMITTED),
    "processes delete-step": ("{step} --preview", NOT_PERMITTED),
    "lists show": ("source", NOT_PERMITTED),
    "lists add": ("source Fair", NOT_PERMITTED),
    "lists edit": ("source web --retire", NOT_PERMITTED),
    "lists remove": ("source web --blank", NOT_PERMITTED),
    "reasons show": ("", NOT_PERMITTED),
    "reasons add": ("Own", OWN),
    "reasons edit": ("PRICE_W --withdraw", NOT_PERMITTED),
    "reasons remove": ("PRICE_W", NOT_PERMITTED),
    "categories show": ("opportunity:{deal}", HIDDEN),
    "categories rename": ("red Hot", NOT_PERMITTED),
    "categories mark": ("opportunity:{deal} red", HIDDEN),
    "categories unmark": ("opportunity:{deal} red", HIDDEN),
    "settings show": ("", NOT_PERMITTED),
    "settings set": ("organisation Ours", NOT_PERMITTED),
    "preset": ("dynamics", NOT_PERMITTED),
    "currencies show": ("", NOT_PERMITTED),
    "currencies add": ("JPY", NOT_PERMITTED),
    "currencies offer": ("USD", NOT_PERMITTED),
    "currencies retire": ("USD", NOT_PERMITTED),
    "currencies rates": ("USD", EMPTY),
    "currencies set-rate": ("USD 1.1 2026-01-01", NOT_PERMITTED),
    "currencies remove-rate": ("USD 2026-01-01", NOT_PERMITTED),
    "undo": ("{change_set}", HIDDEN),
    "jobs list": ("", EMPTY),
    "jobs show": ("{job}", HIDDEN),
    "jobs stop": ("{job}", HIDDEN),
    "jobs continue": ("{job}", HIDDEN),
    "jobs undo": ("{job}", HIDDEN),
    "import opportunities": ("absent.csv --map {map}", NOT_PERMITTED),
    "import undo": ("1", NOT_PERMITTED),
    "export opportunities": ("", EMPTY),
}


def leaves(parser: argparse.ArgumentParser, path: str = "") -> set[str]:
    """The commands below a parser that run something."""
    below = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    if not below:
        return {path.strip()}
    return set().union(
        *(leaves(child, f"{path} {name}") for each in below for name, child in each.choices.items())
    )


def test_every_command_is_tried_here() -> None:
    parser = argparse.ArgumentParser()
    cli.add_commands(parser.add_subparsers())
    assert leaves(parser) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_stranger_sees_and_changes_nothing(command_line: CommandLine, market: Market, command: str) -> None:
    token, _ = issue_token(market.alice, name=MARK, scopes=["*:read"])
    words, code = COMMANDS[command]
    filled = words.format(
        deal=market.deal.pk,
        account=market.account.pk,
        contact=market.contact.pk,
        connection=market.connection,
        change_set=market.change_set,
        token=token.pk,
        step=market.process.stages[0].steps[0].id,
        map=MAP,
        job=market.job,
    )
    hidden = Change.objects.filter(kind="opportunity", record_id=market.deal.pk)
    before = hidden.count()
    ran = command_line(*command.split(), *filled.split(), "--actor", "dan@example.com")
    assert ran.code == code, ran.err
    assert MARK not in ran.out + ran.err
    assert hidden.count() == before
