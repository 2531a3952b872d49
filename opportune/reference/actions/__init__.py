"""Commands on settings, currencies, numbers, reasons, lists and categories."""

from opportune.reference.actions.categories import categorise, rename_category, uncategorise
from opportune.reference.actions.currencies import add_currency, remove_rate, set_rate, use_currency
from opportune.reference.actions.installing import install_reference
from opportune.reference.actions.lists import (
    add_choice,
    change_choice,
    move_choice,
    offer_choice,
    remove_choice,
    rename_choice,
)
from opportune.reference.actions.numbers import take_numbers
from opportune.reference.actions.reasons import (
    add_close_reason,
    change_close_reason,
    move_close_reason,
    offer_close_reason,
    remove_close_reason,
    rename_close_reason,
)
from opportune.reference.actions.settling import apply_preset, change_setting, change_settings

__all__ = [
    "add_choice",
    "add_close_reason",
    "add_currency",
    "apply_preset",
    "categorise",
    "change_choice",
    "change_close_reason",
    "change_setting",
    "change_settings",
    "install_reference",
    "move_choice",
    "move_close_reason",
    "offer_choice",
    "offer_close_reason",
    "remove_choice",
    "remove_close_reason",
    "remove_rate",
    "rename_category",
    "rename_choice",
    "rename_close_reason",
    "set_rate",
    "take_numbers",
    "uncategorise",
    "use_currency",
]
