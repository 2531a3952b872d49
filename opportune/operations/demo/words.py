"""What the demo company's deals say, in the language of who sells them."""

SUBJECTS: dict[str, tuple[tuple[str, int, int], ...]] = {
    "en": (
        ("Cold-room sensors, main hub", 14_000, 38_000),
        ("40 gateways for franchise sites", 30_000, 62_000),
        ("Furnace monitoring, phase 2", 42_000, 96_000),
        ("Compressed-air audit and sensors", 16_000, 34_000),
        ("Warehouse comfort package", 22_000, 48_000),
        ("Steam metering, two boiler houses", 55_000, 130_000),
        ("Utilities dashboard rollout", 28_000, 64_000),
        ("Sub-metering pilot, one building", 9_000, 24_000),
        ("Insight licence renewal, three years", 18_000, 52_000),
        ("Leak detection on the ring main", 12_000, 29_000),
        ("Packaging line energy study", 8_000, 17_000),
        ("ISO 50001 readiness, five sites", 46_000, 110_000),
    ),
    "fr": (
        ("Suivi énergétique, 4 laiteries", 52_000, 96_000),
        ("Capteurs pour chambres froides", 15_000, 36_000),
        ("Comptage vapeur de l’usine", 60_000, 138_000),
        ("Optimisation CVC, 2 hôtels", 38_000, 74_000),
        ("Rénovation de la chaufferie", 17_000, 45_000),
        ("Audit air comprimé et capteurs", 14_000, 31_000),
        ("Traçabilité de la stérilisation", 40_000, 82_000),
        ("Sous-comptage, bâtiment pilote", 9_000, 22_000),
        ("Renouvellement Insight, 3 ans", 18_000, 48_000),
        ("Supervision des fours, lot 1", 44_000, 90_000),
        ("Détection de fuites, réseau d’eau", 12_000, 27_000),
        ("Préparation ISO 50001, 3 sites", 36_000, 88_000),
    ),
}
NEEDS = {
    "en": (
        "Cut steam losses before the next audit",
        "See each line’s consumption by shift",
        "Prove savings to the group’s finance team",
    ),
    "fr": (
        "Réduire les pertes de vapeur avant l’audit",
        "Connaître la consommation de chaque ligne par équipe",
        "Justifier les économies auprès du siège",
    ),
}
SOLUTIONS = {
    "en": ("16 gateways, 360 sensors, Insight for three years", "Pilot on one line, then the whole site"),
    "fr": ("16 passerelles, 360 capteurs, Insight pendant 3 ans", "Pilote sur une ligne, puis tout le site"),
}
TASKS = {
    "en": (
        "Call about the audit deadline",
        "Send the savings estimate",
        "Prepare the site visit",
        "Confirm the budget",
    ),
    "fr": (
        "Appeler au sujet de l’audit",
        "Envoyer l’estimation des économies",
        "Préparer la visite du site",
        "Confirmer le budget",
    ),
}
