"""Telling consumers of change sets after they are committed: at least once, and later again if it failed."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from opportune.kernel import clock
from opportune.kernel.registries import consumers
from opportune.ledger.models import Delivery

_AT_ONCE = 200
_ATTEMPTS = 8


def deliveries_due() -> int:
    """How many deliveries should be handed over now."""
    return _due().count()


def deliveries_given_up() -> int:
    """How many deliveries have failed so often that they are not tried again."""
    return Delivery.objects.filter(delivered_at=None, attempts__gte=_ATTEMPTS).count()


def deliver_due() -> int:
    """Hand over what is due, the oldest first; how many were. A consumer must bear being told twice.

    A failed one is due again after 1, 2, 4, … minutes, at most eight times; its error stays on the row.
    """
    ids = list(_due().order_by("id").values_list("id", flat=True)[:_AT_ONCE])
    return sum(_deliver(delivery_id) for delivery_id in ids)


def _due() -> QuerySet[Delivery]:
    return Delivery.objects.filter(delivered_at=None, due_at__lte=clock.now(), attempts__lt=_ATTEMPTS)


def _deliver(delivery_id: int) -> bool:
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(skip_locked=True)
            .filter(pk=delivery_id, delivered_at=None)
            .first()
        )
        if delivery is None or delivery.consumer not in consumers:
            return False
        try:
            with transaction.atomic():
                consumers[delivery.consumer](delivery.change_set_id)
        except Exception as error:
            delivery.attempts += 1
            delivery.error = f"{type(error).__name__}: {error}"[:2000]
            delivery.due_at = clock.now() + timedelta(minutes=2 ** (delivery.attempts - 1))
            delivery.save(update_fields=["attempts", "error", "due_at"])
            return False
        delivery.delivered_at, delivery.error = clock.now(), ""
        delivery.save(update_fields=["delivered_at", "error"])
        return True
