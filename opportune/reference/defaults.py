"""The close reasons, lists and currencies that ship, in English and French."""

CLOSE_REASONS: tuple[tuple[str, str, str, str, str], ...] = (
    # code, outcome, status reason, English, French
    ("PRODUCT_W", "won", "won", "Best technical fit", "Meilleure réponse technique"),
    ("PRICE_W", "won", "won", "Price", "Prix"),
    ("RELATION_W", "won", "won", "Relationship", "Relation"),
    ("DELIVERY_W", "won", "won", "Delivery time", "Délai de livraison"),
    ("BUSINESS_W", "won", "won", "Business knowledge", "Connaissance du métier"),
    ("OTHER_W", "won", "won", "Other", "Autre"),
    ("PRICE_L", "lost", "out_sold", "Price", "Prix"),
    ("COMPETITOR_L", "lost", "out_sold", "Lost to a competitor", "Concurrent retenu"),
    ("PRODUCT_L", "lost", "out_sold", "Technical gap", "Fonction manquante"),
    ("RELATION_L", "lost", "out_sold", "Relationship", "Relation"),
    ("POSTPND", "lost", "canceled", "Timing, no budget now", "Calendrier, pas de budget"),
    ("WALKED", "lost", "canceled", "No decision", "Pas de décision"),
    ("TIMEWST", "lost", "canceled", "Not serious", "Peu sérieux"),
    ("CANCELLED", "lost", "canceled", "Order cancelled", "Commande annulée"),
    ("OTHER_L", "lost", "canceled", "Other", "Autre"),
)
NOT_RECORDED = ("NOT_RECORDED", "both", "none", "Not recorded", "Non renseigné")

LISTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "type": (
        ("new", "New customer", "Nouveau client"),
        ("existing", "Existing customer", "Client existant"),
        ("renewal", "Renewal", "Renouvellement"),
        ("upgrade", "Upgrade", "Montée en gamme"),
    ),
    "source": (
        ("advertisement", "Advertisement", "Publicité"),
        ("direct_mail", "Direct mail", "Publipostage"),
        ("email_campaign", "E-mail campaign", "Campagne e-mail"),
        ("telemarketing", "Telemarketing", "Prospection téléphonique"),
        ("web", "Web", "Site web"),
        ("seminar", "Seminar", "Séminaire"),
        ("trade_show", "Trade show", "Salon"),
        ("public_relations", "Public relations", "Relations presse"),
        ("employee_referral", "Employee referral", "Recommandation interne"),
        ("external_referral", "External referral", "Recommandation externe"),
        ("partner", "Partner", "Partenaire"),
        ("word_of_mouth", "Word of mouth", "Bouche-à-oreille"),
        ("other", "Other", "Autre"),
    ),
    "rating": (("hot", "Hot", "Chaud"), ("warm", "Warm", "Tiède"), ("cold", "Cold", "Froid")),
    "priority": (("low", "Low", "Basse"), ("normal", "Normal", "Normale"), ("high", "High", "Haute")),
    "purchase_timeframe": (
        ("immediate", "Immediate", "Immédiat"),
        ("this_quarter", "This quarter", "Ce trimestre"),
        ("next_quarter", "Next quarter", "Trimestre prochain"),
        ("this_year", "This year", "Cette année"),
        ("unknown", "Unknown", "Inconnu"),
    ),
    "purchase_process": (
        ("individual", "Individual", "Une personne"),
        ("committee", "Committee", "Comité"),
        ("unknown", "Unknown", "Inconnu"),
    ),
    "forecast_category": (
        ("pipeline", "Pipeline", "Pipeline"),
        ("best_case", "Best case", "Optimiste"),
        ("committed", "Committed", "Engagé"),
        ("omitted", "Omitted", "Exclu"),
    ),
    "payment_terms": (
        ("on_receipt", "On receipt", "Comptant"),
        ("net_15", "Net 15", "15 jours net"),
        ("net_30", "Net 30", "30 jours net"),
        ("net_45", "Net 45", "45 jours net"),
        ("net_60", "Net 60", "60 jours net"),
        ("two_10_net_30", "2% 10 net 30", "2 % à 10 jours, sinon 30 jours net"),
        ("deposit_30", "30% deposit", "Acompte 30 %"),
        ("end_of_month_45", "45 days end of month", "45 jours fin de mois"),
    ),
    "sales_team_role": (
        ("account_manager", "Account manager", "Responsable de compte"),
        ("technical_sales", "Technical sales", "Avant-vente"),
        ("industry_expert", "Industry expert", "Expert métier"),
        ("delivery", "Delivery", "Réalisation"),
        ("sponsor", "Sponsor", "Sponsor"),
    ),
}

CURRENCIES: tuple[tuple[str, int], ...] = (("EUR", 2), ("USD", 2), ("GBP", 2), ("CHF", 2))
