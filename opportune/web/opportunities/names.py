"""What the fields of an opportunity that a step may ask for are called on screens."""

from django.utils.translation import gettext


def field_names() -> dict[str, str]:
    """The name of each field in the reader's language, by the field."""
    return {
        "customer": gettext("Customer"),
        "primary_contact_id": gettext("Primary contact"),
        "estimated_value": gettext("Estimated value"),
        "currency": gettext("Currency"),
        "chance": gettext("Chance, in percent"),
        "estimated_close_on": gettext("Estimated close"),
        "forecast_category": gettext("Forecast"),
        "type": gettext("Type"),
        "source": gettext("Source"),
        "rating": gettext("Rating"),
        "priority": gettext("Priority"),
        "purchase_timeframe": gettext("Purchase timeframe"),
        "purchase_process": gettext("Purchase process"),
        "budget": gettext("Budget"),
        "decision_on": gettext("Decision date"),
        "expires_on": gettext("Offer expires"),
        "delivery_on": gettext("Delivery"),
        "customer_need": gettext("Customer need"),
        "proposed_solution": gettext("Proposed solution"),
        "description": gettext("Description"),
        "comments": gettext("Comments"),
        "decision_maker_identified": gettext("Decision maker identified"),
        "payment_terms": gettext("Payment terms"),
        "campaign_id": gettext("Campaign"),
    }
