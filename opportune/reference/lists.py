"""Which lists of choices there are: their names, and what may not be done to some. Their items are `ListItem` rows.

Which fields draw on a list is the business of the packages that own the fields: they say how often each choice is
used (the facts named in `USES`), and follow `ListItemRemoved`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

USES = ("choices_used_by_deals", "choices_used_by_customers", "choices_used_by_campaigns")
"""Facts: given a list's key, how many records use each of its codes."""
DRAWING = ("lists_drawn_on_by_deals", "lists_drawn_on_by_customers", "lists_drawn_on_by_campaigns")
"""Facts: given a record, the fields that have codes of lists, with the lists' keys."""


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """One list. `default` is the code new records begin with; `is_fixed`, that its codes mean something to rules."""

    key: str
    name_en: str
    name_fr: str
    default: str = ""
    is_fixed: bool = False

    def name(self, language: str) -> str:
        """The list's name in a language, English unless French."""
        return self.name_fr if language.startswith("fr") else self.name_en


LISTS: Mapping[str, ChoiceList] = {
    each.key: each
    for each in (
        ChoiceList("type", "Type", "Type"),
        ChoiceList("payment_terms", "Payment terms", "Conditions de paiement"),
        ChoiceList("source", "Source", "Origine"),
        ChoiceList("rating", "Rating", "Intérêt", default="warm"),
        ChoiceList("priority", "Priority", "Priorité", default="normal"),
        ChoiceList("purchase_timeframe", "Purchase timeframe", "Délai d’achat"),
        ChoiceList("purchase_process", "Purchase process", "Mode de décision"),
        ChoiceList("forecast_category", "Forecast category", "Prévision", default="pipeline", is_fixed=True),
        ChoiceList("sales_team_role", "Sales team role", "Rôle dans l’équipe de vente"),
        ChoiceList("account_type", "Account type", "Type de compte"),
        ChoiceList("contact_type", "Contact type", "Type de contact"),
        ChoiceList("contact_method", "Contact method", "Moyen de contact"),
        ChoiceList("industry", "Industry", "Secteur d’activité"),
        ChoiceList("campaign_type", "Campaign type", "Type de campagne"),
        ChoiceList(
            "role_stakeholder", "Stakeholder roles", "Rôles de partie prenante", default="stakeholder"
        ),
        ChoiceList("role_business", "Business roles", "Rôles professionnels"),
        ChoiceList("role_family", "Family roles", "Rôles familiaux"),
        ChoiceList("role_social", "Social roles", "Rôles sociaux"),
        ChoiceList("role_sales", "Sales roles", "Rôles commerciaux"),
        ChoiceList("role_service", "Service roles", "Rôles de service"),
        ChoiceList("role_other", "Other roles", "Autres rôles"),
    )
}
