"""Accounts and contacts: lists and records."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from opportune.activities.queries import tasks_about_deals
from opportune.customers import queries
from opportune.customers.filters import AccountFilter, ContactFilter
from opportune.kernel.records import RecordRef
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import opportunities, subjects, totals
from opportune.process.queries import processes
from opportune.reference.queries import every_choice_of
from opportune.web.customers.connections import connections_context
from opportune.web.customers.forms import ACCOUNT, CONTACT, Kind
from opportune.web.customers.history import lines_of
from opportune.web.customers.names import field_names
from opportune.web.pages import SignedIn, is_htmx, page, signed_in
from opportune.web.settings.categories import category_context, category_filter


@require_GET
@signed_in
def accounts_list(request: SignedIn) -> HttpResponse:
    """The accounts, by pages."""
    asked = request.GET.dict()
    after = asked.pop("after", None)
    wanted = AccountFilter.read(asked, request.actor)
    shown = queries.accounts(request.actor, wanted, after=after)
    context = {"page": shown, "wanted": wanted, "parameters": wanted.parameters(), "kind": ACCOUNT}
    if not (after and is_htmx(request)):
        context["count"] = queries.count_accounts(request.actor, wanted)
        context |= category_filter(wanted.category)
    return page(request, "customers/rows.html" if "count" not in context else "customers/list.html", context)


@require_GET
@signed_in
def contacts_list(request: SignedIn) -> HttpResponse:
    """The contacts, by pages."""
    asked = request.GET.dict()
    after = asked.pop("after", None)
    wanted = ContactFilter.read(asked, request.actor)
    shown = queries.contacts(request.actor, wanted, after=after)
    context = {"page": shown, "wanted": wanted, "parameters": wanted.parameters(), "kind": CONTACT}
    if not (after and is_htmx(request)):
        context["count"] = queries.count_contacts(request.actor, wanted)
        context |= category_filter(wanted.category)
    return page(request, "customers/rows.html" if "count" not in context else "customers/list.html", context)


@require_GET
@signed_in
def account(request: SignedIn, account_id: int) -> HttpResponse:
    """An account with the accounts below it, its contacts, and its deals, those of its contacts included (B-006)."""
    record = queries.account_record(request.actor, account_id)
    below = {"account": str(account_id)}
    context = {
        **_context(request, ACCOUNT, record, OpportunityFilter.read(below, request.actor)),
        "children": queries.accounts(request.actor, AccountFilter.read(below, request.actor), limit=20),
        "contacts": queries.contacts(request.actor, ContactFilter.read(below, request.actor), limit=20),
    }
    return page(request, "customers/account.html", context)


@require_GET
@signed_in
def contact(request: SignedIn, contact_id: int) -> HttpResponse:
    """A contact with the deals it is the customer of."""
    record = queries.contact_record(request.actor, contact_id)
    wanted = OpportunityFilter.read({"contact": str(contact_id)}, request.actor)
    return page(request, "customers/contact.html", _context(request, CONTACT, record, wanted))


def _context(request: SignedIn, kind: Kind, record: Any, wanted: OpportunityFilter) -> dict[str, Any]:
    found, names = totals(request.actor, wanted), field_names()
    ref = RecordRef(kind.name, record.id)
    tasks = tasks_about_deals(request.actor, wanted)
    lists = every_choice_of(kind.lists)
    return {
        **connections_context(request.actor, ref),
        **category_context(request.actor, kind.name, record.id),
        "may_connect": "write" in record.may,
        "record": record,
        "kind": kind,
        "names": names,
        "history": lines_of(request.actor, ref, {kind.above: getattr(record, kind.above)}, names),
        "tasks": tasks,
        "about": subjects(request.actor, {task.about_id for task in tasks}),
        "lists": {key: {choice.code: choice for choice in offered} for key, offered in lists.items()},
        "deals": opportunities(request.actor, wanted, limit=20),
        "totals": found,
        "open_deals": found.by_status["not_started"] + found.by_status["in_progress"],
        "deal_parameters": wanted.parameters(),
        "stages": {stage.id: (stage, process) for process in processes() for stage in process.stages},
    }
