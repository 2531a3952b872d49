"""What the fields of accounts, contacts and connections are called on screens."""

from django.utils.translation import gettext


def field_names() -> dict[str, str]:
    """The name of each field in the reader's language, by the field."""
    return {
        "name": gettext("Name"),
        "first_name": gettext("First name"),
        "last_name": gettext("Last name"),
        "parent_id": gettext("Part of"),
        "account_id": gettext("Account"),
        "owner_id": gettext("Owner"),
        "type": gettext("Type"),
        "account_number": gettext("Account number"),
        "job_title": gettext("Job title"),
        "phone": gettext("Phone"),
        "mobile": gettext("Mobile"),
        "email": gettext("E-mail"),
        "website": gettext("Website"),
        "contact_method": gettext("Preferred contact method"),
        "do_not_call": gettext("No calls"),
        "do_not_email": gettext("No e-mail"),
        "do_not_write": gettext("No letters"),
        "industry": gettext("Industry"),
        "employees": gettext("Employees"),
        "annual_revenue": gettext("Annual revenue"),
        "payment_terms": gettext("Payment terms"),
        "street": gettext("Street"),
        "postal_code": gettext("Postal code"),
        "city": gettext("City"),
        "country": gettext("Country"),
        "delivery_street": gettext("Street for deliveries"),
        "delivery_postal_code": gettext("Postal code for deliveries"),
        "delivery_city": gettext("City for deliveries"),
        "delivery_country": gettext("Country for deliveries"),
        "description": gettext("Description"),
        "customer_since": gettext("Customer since"),
        "external_id": gettext("External id"),
        "deleted_at": gettext("In the bin"),
    }
