"""Refusals in French, through both doors that have a language of their own."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.utils.translation import trans_real

from opportune.kernel.errors import NotFound
from opportune.operations.catalogue import compile_catalogues
from opportune.schemas.language import spoken
from tests.doors.callers import CommandLine, Market, caller


@pytest.fixture
def french(settings: LazySettings) -> Iterator[None]:
    """The catalogue as it is compiled now, and an installation that speaks French."""
    compile_catalogues()
    trans_real._translations.clear()  # type: ignore[attr-defined]  # what was read before is old
    settings.LANGUAGE_CODE = "fr"
    yield
    trans_real._translations.clear()  # type: ignore[attr-defined]


def test_a_refusal_is_in_french_where_french_is_spoken(
    french: None, command_line: CommandLine, market: Market
) -> None:
    message = NotFound().message
    assert spoken(message, "fr") != spoken(message, "en")
    refused = caller(market.alice).get("/opportunities/0", Accept_Language="fr")
    assert refused.json["detail"] == spoken(message, "fr")
    ran = command_line("opportunities", "show", "0", "--actor", "alice@example.com")
    assert (ran.code, ran.err) == (3, f"opportune: {refused.json['detail']}\n")


def test_tables_and_amounts_are_in_french(french: None, command_line: CommandLine, market: Market) -> None:
    shown = command_line("opportunities", "show", market.deal.pk)
    assert "Montant pondéré" in shown.out
    assert "1\u202f000,50\u00a0€" in shown.out
