"""Sixty accounts in Europe and two people at each, all invented."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from opportune.customers.actions import create_accounts, create_contacts
from opportune.kernel.errors import Invalid
from opportune.kernel.text import fold
from opportune.operations.demo.people import Colleague


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    """An account of the demo, who sells to it, the people there, and the currency it buys in."""

    id: int
    name: str
    seller: int
    currency: str
    contact_ids: tuple[int, ...]


_ACCOUNTS = """
Laiteries Montclar|Aurillac|France|Food
Groupe Azur|Nice|France|Hotels
Brasserie du Vieux-Port|Marseille|France|Food
Cimenterie Delmas|Rouen|France|Building materials
Verrerie d’Aubrac|Rodez|France|Glass
Papeteries du Lac|Annecy|France|Paper
Hôpital Sainte-Claire|Dijon|France|Health
Université de Valmont|Grenoble|France|Education
Ferrand & Fils|Saint-Étienne|France|Machinery
Chocolaterie Vasseur|Lille|France|Food
Conserverie Kerloc’h|Quimper|France|Food
Forges de la Moyeuvre|Metz|France|Metal
Imprimerie Castellane|Aix-en-Provence|France|Printing
Logis du Ponant|Brest|France|Housing
Textiles Rochebrune|Roanne|France|Textiles
Serres de la Durance|Manosque|France|Agriculture
Clinique des Cèdres|Montpellier|France|Health
Transports Guérin|Orléans|France|Logistics
Domaine de Belcastel|Carcassonne|France|Wine
Céramiques Sauvage|Limoges|France|Ceramics
Piscines Lagune Bleue|Bordeaux|France|Leisure
Ateliers Marivaux|Nantes|France|Machinery
Scierie du Haut-Doubs|Pontarlier|France|Wood
Blanchisserie Royale|Paris|France|Services
Fromagerie Tardieu|Besançon|France|Food
Pharmalys|Lyon|France|Pharma
Aciérie Lormont|Bordeaux|France|Metal
Résidences Colibri|Toulouse|France|Housing
Malterie de l’Yser|Dunkerque|France|Food
Plastiques Durand|Oyonnax|France|Plastics
Nordkai Logistics|Hamburg|Germany|Logistics
Rheintal Guss|Köln|Germany|Metal
Bäckerei Lindner|Leipzig|Germany|Food
Sonnfeld Kliniken|Stuttgart|Germany|Health
Elbtal Papier|Dresden|Germany|Paper
Kessler Presswerk|Bochum|Germany|Automotive
Voss & Brandt|Bremen|Germany|Chemicals
Alpstein Molkerei|St. Gallen|Switzerland|Food
Uhrwerk Jura|Biel|Switzerland|Watches
Seeblick Hotels|Luzern|Switzerland|Hotels
Lémanic Pharma|Lausanne|Switzerland|Pharma
Atlas Cold Storage|Rotterdam|Netherlands|Logistics
Van der Meulen Glas|Eindhoven|Netherlands|Glass
Tulpenhof Kassen|Delft|Netherlands|Agriculture
Brouwerij De Zwaan|Gent|Belgium|Food
Ardenne Bois|Namur|Belgium|Wood
Harbourline Foods|Hull|United Kingdom|Food
Pennine Castings|Sheffield|United Kingdom|Metal
Thistle Distillers|Inverness|United Kingdom|Food
Marlow Brewing|Reading|United Kingdom|Food
Ashdown Hospitals|Brighton|United Kingdom|Health
Celtic Ferries|Cork|Ireland|Transport
Cerámica Valdés|Castellón|Spain|Ceramics
Aceites Montoro|Córdoba|Spain|Food
Bodegas Altamira|Logroño|Spain|Wine
Tecidos do Minho|Braga|Portugal|Textiles
Corticeira Silveira|Porto|Portugal|Materials
Pastificio Moretti|Parma|Italy|Food
Vetreria Lagunare|Venezia|Italy|Glass
Great Lakes Cold Chain|Cleveland|United States|Logistics
"""
_FIRST = [
    "Claire",
    "Marc",
    "Yann",
    "Sophie",
    "Antoine",
    "Camille",
    "Julien",
    "Élodie",
    "Karim",
    "Margaux",
    "Étienne",
    "Manon",
    "Hugo",
    "Chloé",
    "Lucas",
    "Inès",
    "Anke",
    "Stefan",
    "Ulrike",
    "Matthias",
    "Greta",
    "Emma",
    "Oliver",
    "Grace",
    "Harry",
    "Fiona",
    "Pieter",
    "Sanne",
    "Lotte",
    "Marta",
    "Javier",
    "Lucía",
    "Giulia",
    "Paolo",
    "Rui",
    "Beatriz",
]
_LAST = [
    "Bastide",
    "Soulié",
    "Kerdoncuff",
    "Lefèvre",
    "Garnier",
    "Roux",
    "Chevalier",
    "Benoît",
    "Haddad",
    "Perrin",
    "Lambert",
    "Faure",
    "Mercier",
    "Blanchard",
    "Renaud",
    "Colin",
    "Schäfer",
    "Brandt",
    "Vogel",
    "Neumann",
    "Keller",
    "Ashworth",
    "Bennett",
    "Doyle",
    "Fraser",
    "Hughes",
    "Visser",
    "Bakker",
    "Jansen",
    "Ortega",
    "Navarro",
    "Iglesias",
    "Ricci",
    "Conti",
    "Pereira",
    "Moura",
]
_JOBS = (
    "Plant director",
    "Purchasing",
    "Maintenance lead",
    "Energy officer",
    "Finance director",
    "Site manager",
)
_JOBS_FR = (
    "Directrice de site",
    "Acheteur",
    "Responsable maintenance",
    "Référent énergie",
    "Directeur financier",
    "Responsable de site",
)
_CURRENCIES = {"Switzerland": "CHF", "United Kingdom": "GBP", "United States": "USD"}


def make_customers(people: Sequence[Colleague]) -> list[DemoCustomer]:
    """The accounts, each of one seller, with two contacts."""
    draw = random.Random(60)
    sellers = [index for index, person in enumerate(people) if person.sells]
    lines = [line.split("|") for line in _ACCOUNTS.strip().splitlines()]
    made = []
    for turn, seller in enumerate(sellers):
        mine = lines[turn :: len(sellers)]
        actor = people[seller].actor
        accounts = create_accounts(
            actor,
            [
                {
                    "name": name,
                    "city": city,
                    "country": country,
                    "industry": industry,
                    "employees": draw.randrange(3, 120) * 10,
                    "website": f"https://{_domain(name)}",
                }
                for name, city, country, industry in mine
            ],
        )
        for (name, _, country, _), account in zip(mine, accounts, strict=True):
            if isinstance(account, Invalid):
                raise account
            contacts = create_contacts(actor, [_contact(draw, account.pk, name, country) for _ in range(2)])
            ids = tuple(contact.pk for contact in contacts if not isinstance(contact, Invalid))
            made.append(DemoCustomer(account.pk, name, seller, _CURRENCIES.get(country, "EUR"), ids))
    return made


def _contact(draw: random.Random, account_id: int, company: str, country: str) -> dict[str, object]:
    first, last = draw.choice(_FIRST), draw.choice(_LAST)
    return {
        "first_name": first,
        "last_name": last,
        "account_id": account_id,
        "job_title": draw.choice(_JOBS_FR if country == "France" else _JOBS),
        "email": f"{_plain(first)}.{_plain(last)}@{_domain(company)}",
        "phone": f"+33 1 99 00 {draw.randrange(10, 99)} {draw.randrange(10, 99)}",
    }


def _plain(text: str) -> str:
    return "".join(character for character in fold(text) if character.isalnum())


def _domain(company: str) -> str:
    return f"{_plain(company)}.example"
