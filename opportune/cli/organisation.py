"""`opportune settings`, `preset` and `currencies`: what holds for the whole organisation."""

from __future__ import annotations

import argparse
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from opportune.cli.asking import a_number, day
from opportune.cli.running import runs
from opportune.cli.terminal import Terminal
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import noting_change_sets
from opportune.reference import actions, queries
from opportune.reference.presets import PRESETS
from opportune.reference.settings import SETTINGS
from opportune.schemas.organisation import (
    SettingsGiven,
    currencies_shown,
    rates_shown,
    settings_shown,
)

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add `settings`, `preset` and `currencies`."""
    settings = commands.add_parser("settings", help="the organisation's settings").add_subparsers(
        title="verbs", metavar="VERB", required=True
    )
    runs(settings.add_parser("show", help="every setting with its meaning"), _show_settings)
    change = settings.add_parser("set", help="change a setting")
    change.add_argument("key", metavar="KEY", help=", ".join(SETTINGS))
    change.add_argument("value", metavar="VALUE", help="text, or yes or no")
    runs(change, _set)

    preset = commands.add_parser("preset", help="settle things as one of the products people come from does")
    preset.add_argument("name", metavar="NAME", help=", ".join(PRESETS))
    runs(preset, _preset)

    currencies = commands.add_parser("currencies", help="currencies and their rates").add_subparsers(
        title="verbs", metavar="VERB", required=True
    )
    runs(currencies.add_parser("show", help="every currency"), _show_currencies)
    add = currencies.add_parser("add", help="put a currency to use")
    add.add_argument("code", metavar="CODE")
    add.add_argument("--digits", type=a_number, default=2, metavar="N", help="decimals shown (default 2)")
    runs(add, _add)
    for verb, text, in_use in (
        ("offer", "offer a currency in forms", True),
        ("retire", "offer it no longer", False),
    ):
        one = currencies.add_parser(verb, help=text)
        one.add_argument("code", metavar="CODE")
        one.set_defaults(in_use=in_use)
        runs(one, _use)
    rates = currencies.add_parser("rates", help="the rates of a currency")
    rates.add_argument("code", metavar="CODE")
    runs(rates, _rates)
    rate = currencies.add_parser("set-rate", help="units of a currency per one base unit, from a day on")
    rate.add_argument("code", metavar="CODE")
    rate.add_argument("rate", metavar="RATE")
    rate.add_argument("valid_from", type=day, metavar="DATE")
    runs(rate, _set_rate)
    gone = currencies.add_parser("remove-rate", help="take away a rate that was set by mistake")
    gone.add_argument("code", metavar="CODE")
    gone.add_argument("valid_from", type=day, metavar="DATE")
    runs(gone, _remove_rate)


def _show_settings(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand_right("administer")
    _settings_shown(terminal, [])


def _set(terminal: Terminal, options: argparse.Namespace) -> None:
    given = SettingsGiven.model_validate({options.key: options.value})
    with noting_change_sets() as noted:
        actions.change_settings(terminal.actor, given.given())
    _settings_shown(terminal, noted)


def _preset(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as noted:
        actions.apply_preset(terminal.actor, options.name)
    _settings_shown(terminal, noted)


def _settings_shown(terminal: Terminal, noted: list[int]) -> None:
    shown = settings_shown(queries.organisation_settings(), terminal.language)
    if terminal.is_json:
        terminal.written(shown, noted) if noted else terminal.shape(shown)
        return
    rows = [(each.key, _yes_no(each.value), each.name, each.explanation) for each in shown.items]
    terminal.table([sentence("Setting"), sentence("Value"), sentence("Name"), sentence("Meaning")], rows)
    terminal.say_undo(noted)


def _show_currencies(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand_right("administer")
    _currencies_shown(terminal, [])


def _add(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as noted:
        actions.add_currency(terminal.actor, code=options.code, digits=options.digits)
    _currencies_shown(terminal, noted)


def _use(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as noted:
        actions.use_currency(terminal.actor, options.code, in_use=options.in_use)
    _currencies_shown(terminal, noted)


def _currencies_shown(terminal: Terminal, noted: list[int]) -> None:
    shown = currencies_shown(queries.every_currency(), queries.organisation_settings().base_currency)
    if terminal.is_json:
        terminal.written(shown, noted) if noted else terminal.shape(shown)
        return
    rows = [
        (each.code, str(each.digits), "✓" if each.is_base else "", "✓" if each.is_active else "")
        for each in shown.items
    ]
    terminal.table([sentence("Code"), sentence("Decimals"), sentence("Base"), sentence("Offered")], rows)
    terminal.say_undo(noted)


def _rates(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand_any("read")
    _rates_shown(terminal, options.code, [])


def _set_rate(terminal: Terminal, options: argparse.Namespace) -> None:
    try:
        rate = Decimal(options.rate)
    except InvalidOperation:
        raise Invalid({"rate": sentence("This is not a number.")}) from None
    with noting_change_sets() as noted:
        actions.set_rate(terminal.actor, code=options.code, rate=rate, valid_from=options.valid_from)
    _rates_shown(terminal, options.code, noted)


def _remove_rate(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as noted:
        actions.remove_rate(terminal.actor, code=options.code, valid_from=options.valid_from)
    _rates_shown(terminal, options.code, noted)


def _rates_shown(terminal: Terminal, code: str, noted: list[int]) -> None:
    shown = rates_shown(queries.rates(code))
    if terminal.is_json:
        terminal.written(shown, noted) if noted else terminal.shape(shown)
        return
    rows = [(each.valid_from.isoformat(), each.rate) for each in shown.items]
    terminal.table([sentence("From"), sentence("Units per base unit")], rows)
    terminal.say_undo(noted)


def _yes_no(value: bool | str) -> str:
    return value if isinstance(value, str) else {True: "✓", False: "–"}[value]
