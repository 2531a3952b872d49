"""What the fields of an opportunity are called on screens."""

from django.utils.translation import gettext


def field_names() -> dict[str, str]:
    """The name of each field in the reader's language, by the field, in the order of the form."""
    return {
        "subject": gettext("Subject"),
        "customer": gettext("Customer"),
        "primary_contact_id": gettext("Primary contact"),
        "owner_id": gettext("Owner"),
        "on_hold": gettext("On hold"),
        "type": gettext("Type"),
        "rating": gettext("Rating"),
        "priority": gettext("Priority"),
        "estimated_value": gettext("Estimated value"),
        "currency": gettext("Currency"),
        "chance": gettext("Chance, in percent"),
        "probability": gettext("Probability"),
        "forecast_category": gettext("Forecast"),
        "payment_terms": gettext("Payment terms"),
        "estimated_close_on": gettext("Estimated close"),
        "decision_on": gettext("Decision date"),
        "expires_on": gettext("Offer expires"),
        "delivery_on": gettext("Delivery"),
        "reminder_at": gettext("Reminder"),
        "source": gettext("Source"),
        "initiated_by": gettext("Initiated by"),
        "campaign_id": gettext("Campaign"),
        "segment_id": gettext("Segment"),
        "purchase_timeframe": gettext("Purchase timeframe"),
        "purchase_process": gettext("Purchase process"),
        "budget": gettext("Budget"),
        "decision_maker_identified": gettext("Decision maker identified"),
        "customer_need": gettext("Customer need"),
        "proposed_solution": gettext("Proposed solution"),
        "description": gettext("Description"),
        "comments": gettext("Comments"),
        "lost_to_id": gettext("Lost to"),
        "close_description": gettext("What happened"),
    }
