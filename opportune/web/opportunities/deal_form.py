"""The small forms about a deal: one field or a few, and one command."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from opportune.kernel.errors import Conflict, Invalid, Refused
from opportune.opportunities.queries import OpportunityRecord
from opportune.web.conflicts import Meanwhile, status_of
from opportune.web.pages import SignedIn, go, is_htmx, page, tell


class DealForm:
    """A dialog about a deal: shown, sent, shown again with what was wrong; a page of its own without script."""

    def __init__(
        self, request: SignedIn, record: OpportunityRecord, template: str, more: Mapping[str, Any]
    ) -> None:
        self.request = request
        self.record = record
        self.template = template
        self.more = more

    def answer(
        self,
        command: Callable[[], object],
        values: Mapping[str, Any],
        done: str,
        target: Callable[[], int] | None = None,
        anew: Callable[[Conflict], Meanwhile] | None = None,
    ) -> HttpResponse:
        """The form, or what comes after it was sent; `target` is the deal to show then.

        `anew` gives the form again where somebody else was first.
        """
        if self.request.method == "GET":
            return self._show(values, {})
        try:
            command()
        except Invalid as invalid:
            return self._show(values, invalid.fields)
        except Refused as refusal:
            return self._show(values, {"refused": refusal.message})
        except Conflict as conflict:
            if conflict.code == "closed":
                return self._show(values, {}, refusal=conflict)
            if anew is None or conflict.code != "conflict":
                raise
            seen = anew(conflict)
            return self._show(seen.values, {}, conflict=seen)
        tell(self.request, done)
        shown = self.record.row.id if target is None else target()
        return go(self.request, reverse("opportunity", args=[shown]))

    def _show(
        self,
        values: Mapping[str, Any],
        errors: Mapping[str, Any],
        *,
        conflict: Meanwhile | None = None,
        refusal: Conflict | None = None,
    ) -> HttpResponse:
        context = {
            "record": self.record,
            "deal": self.record.row,
            "form": self.template,
            "values": values,
            "errors": errors,
            "conflict": conflict,
            "refusal": refusal.message if refusal else None,
            **self.more,
        }
        template = self.template if is_htmx(self.request) else "layout/form_page.html"
        status = status_of(errors, conflict or refusal)
        return page(self.request, template, context, status=status)
