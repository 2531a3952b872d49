"""The processes that ship, in English and French."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepToMake:
    """A step that ships: what it is, its names, the field it fills in or the days its task has."""

    what: str
    name_en: str
    name_fr: str
    field: str = ""
    delay_days: int | None = None


@dataclass(frozen=True, slots=True)
class StageToMake:
    """A stage that ships; `days` are those expected, `skip` and `quote` its gates."""

    key: str
    name_en: str
    name_fr: str
    chance: int
    completed: int
    days: int | None
    steps: tuple[StepToMake, ...] = ()
    is_default: bool = False
    skip: bool = False
    quote: bool = False


@dataclass(frozen=True, slots=True)
class ProcessToMake:
    """A process that ships."""

    key: str
    name_en: str
    name_fr: str
    stages: tuple[StageToMake, ...]
    method: str = "stage"
    estimates_required: bool = False


def _field(name_en: str, name_fr: str, field: str) -> StepToMake:
    return StepToMake("field", name_en, name_fr, field=field)


def _tick(name_en: str, name_fr: str) -> StepToMake:
    return StepToMake("tick", name_en, name_fr)


def _task(name_en: str, name_fr: str, days: int) -> StepToMake:
    return StepToMake("task", name_en, name_fr, delay_days=days)


SALES = ProcessToMake(
    "sales",
    "Opportunity Sales Process",
    "Processus de vente",
    (
        StageToMake(
            "qualify",
            "Qualify",
            "Qualification",
            20,
            10,
            14,
            (
                _field("Identify contact", "Identifier le contact", "primary_contact_id"),
                _field("Identify account", "Identifier le client", "customer"),
                _field("Purchase timeframe", "Délai d’achat", "purchase_timeframe"),
                _field("Budget", "Budget", "budget"),
                _field("Purchase process", "Mode de décision", "purchase_process"),
                _tick("Identify decision maker", "Identifier le décideur"),
            ),
            is_default=True,
        ),
        StageToMake(
            "develop",
            "Develop",
            "Développement",
            45,
            40,
            21,
            (
                _field("Customer need", "Besoin du client", "customer_need"),
                _field("Proposed solution", "Solution proposée", "proposed_solution"),
                _tick("Identify stakeholders", "Identifier les parties prenantes"),
                _tick("Identify competitors", "Identifier les concurrents"),
            ),
        ),
        StageToMake(
            "propose",
            "Propose",
            "Proposition",
            65,
            70,
            14,
            (
                _tick("Identify sales team", "Constituer l’équipe de vente"),
                _tick("Develop proposal", "Rédiger la proposition"),
                _tick("Complete internal review", "Faire la relecture interne"),
                _tick("Present proposal", "Présenter la proposition"),
            ),
        ),
        StageToMake(
            "close",
            "Close",
            "Conclusion",
            85,
            90,
            10,
            (
                _tick("Complete final proposal", "Rédiger la proposition finale"),
                _tick("Present final proposal", "Présenter la proposition finale"),
                _field("Confirm decision date", "Confirmer la date de décision", "decision_on"),
                _tick("Send thank-you", "Remercier le client"),
                _tick("File debrief", "Rédiger le bilan"),
            ),
        ),
    ),
)

CONTACT_MANAGER = ProcessToMake(
    "contact_manager",
    "Contact Manager stages",
    "Étapes BCM",
    (
        StageToMake(
            "prospecting",
            "Prospecting",
            "Prospection",
            10,
            5,
            14,
            (
                _task("Identify decision maker", "Identifier le décideur", 2),
                _task("First e-mail", "Envoyer un premier e-mail", 3),
            ),
            is_default=True,
            skip=True,
        ),
        StageToMake(
            "initial_communication",
            "Initial communication",
            "Premier contact",
            20,
            15,
            14,
            (_task("Call", "Appeler", 2), _task("Send brochure", "Envoyer la brochure", 3)),
            skip=True,
        ),
        StageToMake(
            "qualification",
            "Qualification",
            "Qualification",
            35,
            30,
            14,
            (
                _task("Confirm budget", "Confirmer le budget", 5),
                _task("Confirm date", "Confirmer la date", 5),
            ),
            skip=True,
        ),
        StageToMake(
            "needs_analysis",
            "Needs analysis",
            "Analyse des besoins",
            50,
            50,
            21,
            (
                _task("Meet the customer", "Rencontrer le client", 7),
                _task("Write down the need", "Rédiger le besoin", 10),
            ),
            skip=True,
        ),
        StageToMake(
            "proposal",
            "Proposal",
            "Proposition",
            65,
            70,
            14,
            (
                _task("Prepare quote", "Préparer le devis", 3),
                _task("Send quote", "Envoyer le devis", 5),
                _task("Follow-up call", "Relancer par téléphone", 10),
            ),
            skip=True,
        ),
        StageToMake(
            "negotiation",
            "Negotiation",
            "Négociation",
            85,
            90,
            10,
            (
                _task("Answer objections", "Répondre aux objections", 5),
                _task("Agree terms", "Convenir des conditions", 10),
                _task("Get signature", "Obtenir la signature", 15),
            ),
            skip=True,
        ),
    ),
)


def _cycle(
    key: str, name_en: str, name_fr: str, method: str, *stages: tuple[str, str, int, int, str]
) -> ProcessToMake:
    """A process that demands estimates, of stages without days and steps (BC §2.7).

    A stage is its names, completed, chance, and `s` if it may be skipped, `q` if it asks for a quote.
    """
    made = tuple(
        StageToMake(
            name_en.lower().replace(" ", "_"),
            name_en,
            name_fr,
            chance,
            completed,
            None,
            skip="s" in gates,
            quote="q" in gates,
        )
        for name_en, name_fr, completed, chance, gates in stages
    )
    return ProcessToMake(key, name_en, name_fr, made, method, estimates_required=True)


EXISTING = _cycle(
    "existing",
    "Existing customer",
    "Client existant",
    "completed",
    ("Initial", "Premier contact", 2, 10, "s"),
    ("Presentation", "Présentation", 50, 40, "s"),
    ("Proposal", "Proposition", 80, 80, "q"),
    ("Sign contract", "Signature du contrat", 95, 100, "q"),
)

NEW = _cycle(
    "new",
    "New customer",
    "Nouveau client",
    "stage",
    ("Initial", "Premier contact", 2, 10, ""),
    ("Qualification", "Qualification", 5, 20, ""),
    ("Presentation", "Présentation", 40, 50, "qs"),
    ("Proposal", "Proposition", 60, 75, "q"),
    ("Sign", "Signature", 95, 100, "q"),
)

FIRST_LARGE = _cycle(
    "firstlarge",
    "First large contract",
    "Premier grand contrat",
    "multiply",
    ("Initial", "Premier contact", 2, 10, "s"),
    ("Qualification", "Qualification", 5, 20, ""),
    ("Company presentation", "Présentation de l’entreprise", 20, 30, ""),
    ("Product presentation", "Présentation du produit", 40, 40, ""),
    ("Workshop", "Atelier", 50, 60, "qs"),
    ("Proposal", "Proposition", 80, 80, "qs"),
    ("Sign", "Signature", 95, 100, "q"),
)

PROCESSES = (SALES, CONTACT_MANAGER, EXISTING, NEW, FIRST_LARGE)
