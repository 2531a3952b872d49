"""Every setting of the organisation, declared once: its type is its default's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrganisationSettings:
    """The organisation's settings with the defaults that ship."""

    organisation: str = "Opportune"
    base_currency: str = "EUR"
    time_zone: str = "Europe/Paris"
    default_process: str = "sales"
    allow_deleting_open: bool = False
    people_may_add_close_reasons: bool = True
    reminder_time: str = "09:00"
    expected_days_stale_factor: str = "1.5"
