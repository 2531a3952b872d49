"""What the fields of an opportunity are called on screens."""

from django.utils.translation import gettext


def field_names() -> dict[str, str]:
    """The name of each field in the reader's language, by the field."""
    return {
        "subject": gettext("Subject"),
        "customer": gettext("Customer"),
        "primary_contact_id": gettext("Primary contact"),
        "owner_id": gettext("Owner"),
        "on_hold": gettext("On hold"),
        "estimated_value": gettext("Estimated value"),
        "currency": gettext("Currency"),
        "chance": gettext("Chance, in percent"),
        "probability": gettext("Probability"),
        "estimated_close_on": gettext("Estimated close"),
        "forecast_category": gettext("Forecast"),
        "type": gettext("Type"),
        "source": gettext("Source"),
        "initiated_by": gettext("Initiated by"),
        "campaign_id": gettext("Campaign"),
        "segment_id": gettext("Segment"),
        "rating": gettext("Rating"),
        "priority": gettext("Priority"),
        "purchase_timeframe": gettext("Purchase timeframe"),
        "purchase_process": gettext("Purchase process"),
        "budget": gettext("Budget"),
        "decision_on": gettext("Decision date"),
        "expires_on": gettext("Offer expires"),
        "delivery_on": gettext("Delivery"),
        "reminder_at": gettext("Reminder"),
        "customer_need": gettext("Customer need"),
        "proposed_solution": gettext("Proposed solution"),
        "description": gettext("Description"),
        "comments": gettext("Comments"),
        "decision_maker_identified": gettext("Decision maker identified"),
        "payment_terms": gettext("Payment terms"),
        "lost_to_id": gettext("Lost to"),
        "close_description": gettext("What happened"),
    }
