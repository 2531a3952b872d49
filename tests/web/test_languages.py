"""Pages are in the reader's language, whoever read them before."""

from opportune.opportunities.models import Opportunity
from tests.deals import Trade
from tests.web.conftest import SignIn


def test_numbers_that_a_template_writes_itself_are_each_readers_own(trade: Trade, sign_in: SignIn) -> None:
    deal: Opportunity = trade.deal()
    alice, carol = sign_in(trade.alice), sign_in(trade.company.carol)
    carol.post("/preferences/", {"language": "fr"})
    address = f"/opportunities/{deal.pk}/close/?outcome=won"
    for _ in range(2):
        assert "The probability becomes 100%." in alice.get(address).content.decode()
        assert "La probabilité passe à 100\xa0%." in carol.get(address).content.decode()


def test_an_address_that_leads_nowhere_is_said_in_the_readers_language(trade: Trade, sign_in: SignIn) -> None:
    bob = sign_in(trade.company.bob)
    bob.post("/preferences/", {"language": "fr"})
    answer = bob.get("/nowhere/")
    assert answer.status_code == 404
    assert "Cette fiche n’existe pas" in answer.content.decode()
