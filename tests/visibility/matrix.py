"""The matrix of rights: what each viewer may do with records of each kind, written plainly from domain.md §7.

`RIGHTS` is the expected verdict for each kind of record, verb and viewer. `LINES` says which route, command, form and
action needs which verb. Nothing here is computed by what is tested.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opportune.activities import actions as tasks
from opportune.activities.queries import task
from opportune.campaigns import actions as campaigns
from opportune.campaigns.queries import campaign_record, segment_record
from opportune.customers import actions as customers
from opportune.customers.queries import account_record, contact_record
from opportune.identity.actor import Actor
from opportune.ledger.undo import undo
from opportune.opportunities import actions as deals
from opportune.opportunities.queries import opportunity

DONE, NOT_PERMITTED, NOT_FOUND, OUT = "done", "not permitted", "not found", "signed out"
VIEWERS = (
    "owner",
    "team mate",
    "manager",
    "other unit",
    "sharee read",
    "sharee write",
    "sales team",
    "read-only",
    "narrow token",
    "stranger",
    "administrator",
    "deactivated",
)
_WORDS = {"+": DONE, "-": NOT_PERMITTED, "0": NOT_FOUND, "x": OUT}


def _row(verdicts: str) -> dict[str, str]:
    return dict(zip(VIEWERS, (_WORDS[each] for each in verdicts.split()), strict=True))


# The viewers, in the order of the columns: the owner (a salesperson); a salesperson of the same team; the sales manager
# of the unit; the sales manager of another unit; a salesperson elsewhere to whom it is shared to read; one to whom it
# is shared to change; a sales team member elsewhere, on its sales team to read; one who only reads, in the owner's
# unit; the owner's own token for reading; a salesperson elsewhere; an administrator elsewhere; one of the team who was
# deactivated. A salesperson reads and adds to what the team has, and changes what is their own.
#                                  own mate mgr unit s:r s:w team r/o tok str adm off
RIGHTS: dict[tuple[str, str], dict[str, str]] = {
    ("opportunity", "read"):   _row("+   +   +   0    +   +   +    +   +   0   +   x"),
    ("opportunity", "append"): _row("+   +   +   0    +   +   +    -   -   0   +   x"),
    ("opportunity", "write"):  _row("+   -   +   0    -   +   -    -   -   0   +   x"),
    ("opportunity", "assign"): _row("+   -   +   0    -   -   -    -   -   0   +   x"),
    ("opportunity", "share"):  _row("+   -   +   0    -   -   -    -   -   0   +   x"),
    ("opportunity", "delete"): _row("+   -   +   0    -   -   -    -   -   0   +   x"),
    ("opportunity", "purge"):  _row("-   -   -   0    -   -   -    -   -   0   +   x"),
    ("opportunity", "copy"):   _row("+   +   +   0    +   +   -    -   -   0   +   x"),
    # nothing is named that exists already, so nothing is invisible: one has the right, or not
    ("opportunity", "create"): _row("+   +   +   +    +   +   -    -   -   +   +   x"),
    # whoever sees an opportunity sees its tasks, and plans one with the right to make tasks at all
    ("activity", "read"):      _row("+   +   +   0    +   +   +    +   +   0   +   x"),
    ("activity", "create"):    _row("+   +   +   0    +   +   -    -   -   0   +   x"),
    ("activity", "write"):     _row("+   -   +   0    -   -   -    -   -   0   +   x"),
    # accounts and contacts have no sales team: who is on one of an opportunity does not see them
    ("customer", "read"):      _row("+   +   +   0    +   +   0    +   +   0   +   x"),
    ("customer", "append"):    _row("+   +   +   0    +   +   0    -   -   0   +   x"),
    ("customer", "write"):     _row("+   -   +   0    -   +   0    -   -   0   +   x"),
    ("customer", "delete"):    _row("+   -   +   0    -   -   0    -   -   0   +   x"),
    ("customer", "create"):    _row("+   +   +   +    +   +   -    -   -   +   +   x"),
    # campaigns and segments are read by all who read anything: sellers name them on their own opportunities
    ("campaign", "read"):      _row("+   +   +   +    +   +   +    +   +   +   +   x"),
    ("campaign", "write"):     _row("+   -   +   -    -   +   -    -   -   -   +   x"),
    ("campaign", "delete"):    _row("+   -   +   -    -   -   -    -   -   -   +   x"),
    ("campaign", "create"):    _row("+   +   +   +    +   +   -    -   -   +   +   x"),
    # only administrators customise; what is customised is no secret
    ("settings", "customise"): _row("-   -   -   -    -   -   -    -   -   -   +   x"),
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """The records of the matrix by the names that lines use, and those who look."""

    ids: dict[str, Any]
    actors: dict[str, Actor]

    def __getitem__(self, name: str) -> Any:
        return self.ids[name]


@dataclass(frozen=True)
class Line:
    """What needs a verb: a route with its body, a command, a form with its fields, an action."""

    right: tuple[str, str]
    route: str
    body: dict[str, Any] | None = None
    command: str = ""
    form: str = ""
    fields: dict[str, Any] | None = None
    action: Callable[[Actor, World], object] | None = None
    records: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.route


def _deal(verb: str, route: str, body: Any = None, **more: Any) -> Line:
    return Line(("opportunity", verb), route, body, **more)


def _customer(kind: str) -> list[Line]:
    one, name = f"/{kind}s/{{{kind}_id}}", {"account": "name", "contact": "last_name"}[kind]
    edit, delete, restore, create = (
        getattr(customers, f"{verb}_{kind}") for verb in ("edit", "delete", "restore", "create")
    )
    record = {"account": account_record, "contact": contact_record}[kind]
    loose, gone = f"loose_{kind}", f"binned_{kind}"
    page = f"{kind}s/<int:{kind}_id>/"
    return [
        Line(
            ("customer", "read"),
            f"get {one}",
            None,
            f"{kind}s show {{{kind}}}",
            page,
            None,
            lambda actor, world: record(actor, world[kind]),
        ),
        Line(
            ("customer", "create"),
            f"post /{kind}s",
            {name: "Own"},
            f"{kind}s create Own" + (" --set email=own@example.com" if kind == "contact" else ""),
            f"{kind}s/new/",
            {name: "Own"},
            lambda actor, world: create(actor, {name: "Own"}),
        ),
        Line(
            ("customer", "write"),
            f"patch {one}",
            {"city": "Brest"},
            f"{kind}s edit {{{kind}}} --set city=Brest",
            page + "edit/",
            {"was": "{}", name: "Own", "city": "Brest"},
            lambda actor, world: edit(actor, world[kind], {"city": "Brest"}),
        ),
        Line(
            ("customer", "delete"),
            f"delete {one}",
            None,
            f"{kind}s delete {{{kind}}}",
            page + "deletion/",
            {},
            lambda actor, world: delete(actor, world[loose]),
            ((kind, loose),),
        ),
        Line(
            ("customer", "delete"),
            f"post {one}/restoration",
            None,
            f"{kind}s restore {{{kind}}}",
            page + "restoration/",
            {},
            lambda actor, world: restore(actor, world[gone]),
            ((kind, gone),),
        ),
    ]


def _campaign(kind: str) -> list[Line]:
    one, page = f"/{kind}s/{{{kind}_id}}", f"{kind}s/<int:{kind}_id>/"
    edit, delete, restore, create = (
        getattr(campaigns, f"{verb}_{kind}") for verb in ("edit", "delete", "restore", "create")
    )
    record = {"campaign": campaign_record, "segment": segment_record}[kind]
    gone, named, changed = f"binned_{kind}", {"name": "Own"}, {"description": "x"}
    right = {verb: ("campaign", verb) for verb in ("read", "create", "write", "delete")}
    return [
        Line(right["read"], f"get {one}", None, f"{kind}s show {{{kind}}}", page, None,
             lambda a, w: record(a, w[kind])),
        Line(right["create"], f"post /{kind}s", named, f"{kind}s create Own", f"{kind}s/new/", named,
             lambda a, w: create(a, named)),
        Line(right["write"], f"patch {one}", changed, f"{kind}s edit {{{kind}}} --set description=x",
             page + "edit/", {"was": "{}", **named}, lambda a, w: edit(a, w[kind], changed)),
        Line(right["delete"], f"delete {one}", None, f"{kind}s delete {{{kind}}}", page + "deletion/", {},
             lambda a, w: delete(a, w[kind])),
        Line(right["delete"], f"post {one}/restoration", None, f"{kind}s restore {{{kind}}}", "", None,
             lambda a, w: restore(a, w[gone]), ((kind, gone),)),
    ]  # fmt: skip


_WRITES_CAMPAIGN = ("campaign", "write")
_ACTIVATION = "/campaigns/{campaign_id}/activation"
_SEGMENT_LINES = "/segments/{segment_id}/lines"
_LINES_PAGE = "segments/<int:segment_id>/lines/"
_LOST = {"outcome": "lost", "reason": "PRICE_L"}
_RIVALS = "/opportunities/{opportunity_id}/competitors"
_TEAM = "/opportunities/{opportunity_id}/sales-team"
_SHARES = "/opportunities/{opportunity_id}/shares"
_PAGE = "opportunities/<int:opportunity_id>/"
_CLOSED = (("deal", "closed"),)

LINES: list[Line] = [
    _deal("read", "get /opportunities/{opportunity_id}", command="opportunities show {deal}", form=_PAGE,
          action=lambda a, w: opportunity(a, w["deal"])),
    Line(("activity", "read"), "get /opportunities/{opportunity_id}/tasks",
         action=lambda a, w: task(a, w["task"])),
    _deal("create", "post /opportunities", {"subject": "Own", "account_id": "{own}"},
          command="opportunities create Own --account {own}", form="opportunities/new/",
          fields={"subject": "Own", "customer": "account:{own}", "currency": "EUR"},
          action=lambda a, w: deals.create(a, {"subject": "Own", "account_id": w["own"]})),
    _deal("copy", "post /opportunities/{opportunity_id}/clone", {"subject": "Copy"},
          form=_PAGE + "clone/", fields={"subject": "Copy"}, command="opportunities clone {deal} --subject Copy",
          action=lambda a, w: deals.clone(a, w["deal"], subject="Copy")),
    _deal("write", "patch /opportunities/{opportunity_id}", {"budget": 1},
          command="opportunities edit {deal} --set budget=1", form=_PAGE + "edit/",
          fields={"was": "{}", "budget": "1"}, action=lambda a, w: deals.edit(a, w["deal"], {"budget": 1})),
    _deal("write", "post /opportunities/{opportunity_id}/stage", {"move": "next"},
          command="opportunities move {deal} --move next", form=_PAGE + "move/", fields={"move": "next"},
          action=lambda a, w: deals.move(a, w["deal"], wish="next")),
    _deal("write", "put /opportunities/{opportunity_id}/month", {"month": "none"},
          command="opportunities put-into-month {deal} none", form=_PAGE + "month/", fields={"month": ""},
          action=lambda a, w: deals.put_into_month(a, w["deal"], "none")),
    _deal("write", "post /opportunities/{opportunity_id}/process", {"process": "contact_manager"},
          command="opportunities switch {deal} --process contact_manager", form=_PAGE + "process/",
          fields={"process": "{other_process}"},
          action=lambda a, w: deals.switch_process(a, w["deal"], w["other_process"])),
    _deal("write", "post /opportunities/{opportunity_id}/closure", {**_LOST, "on": "{today}"},
          command="opportunities close {deal} --outcome lost --reason PRICE_L --on {today}", form=_PAGE + "close/",
          fields={**_LOST, "on": "{today}"},
          action=lambda a, w: deals.close(a, w["deal"], outcome="lost", reason="PRICE_L", on=w["today"])),
    _deal("write", "post /opportunities/{opportunity_id}/reopening", None, command="opportunities reopen {deal}",
          form=_PAGE + "reopening/", fields={}, action=lambda a, w: deals.reopen(a, w["closed"]), records=_CLOSED),
    _deal("write", "put /opportunities/{opportunity_id}/steps/{step_id}", None, form=_PAGE + "steps/<int:step_id>/",
          fields={"step{step}_done": "on"}, action=lambda a, w: deals.mark_step(a, w["deal"], w["step"])),
    _deal("write", "delete /opportunities/{opportunity_id}/steps/{step_id}", None, form=_PAGE + "steps/<int:step_id>/",
          fields={}, action=lambda a, w: deals.mark_step(a, w["deal"], w["step"], is_done=False)),
    _deal("append", "post /opportunities/{opportunity_id}/comments", {"text": "Hello"},
          command="opportunities comment {deal} Hello", form=_PAGE + "comments/", fields={"text": "Hello"},
          action=lambda a, w: deals.comment(a, w["deal"], text="Hello")),
    _deal("write", "post /opportunities/{opportunity_id}/reminder/snooze", {"until": "1h"},
          command="opportunities snooze {deal} --until 1h", form=_PAGE + "reminder/snooze/", fields={"until": "1h"},
          action=lambda a, w: deals.snooze(a, w["deal"], until="1h")),
    _deal("write", "delete /opportunities/{opportunity_id}/reminder", None, command="opportunities dismiss {deal}",
          form=_PAGE + "reminder/dismissal/", fields={}, action=lambda a, w: deals.dismiss(a, w["deal"])),
    _deal("write", f"post {_RIVALS}", {"name": "Acme"}, command="opportunities add-competitor {deal} Acme",
          form=_PAGE + "competitors/", fields={"name": "Acme"},
          action=lambda a, w: deals.add_rival(a, w["deal"], name="Acme")),
    _deal("write", f"patch {_RIVALS}/{{competitor_id}}", {"note": "x"},
          command="opportunities change-competitor {deal} {competitor} --set note=x",
          form=_PAGE + "competitors/<int:competitor_id>/", fields={"note": "x"},
          action=lambda a, w: deals.change_rival(a, w["deal"], w["competitor"], {"note": "x"})),
    _deal("write", f"delete {_RIVALS}/{{competitor_id}}", None,
          command="opportunities remove-competitor {deal} {competitor}",
          form=_PAGE + "competitors/<int:competitor_id>/removal/", fields={},
          action=lambda a, w: deals.remove_rival(a, w["deal"], w["competitor"])),
    _deal("assign", "put /opportunities/{opportunity_id}/owner", {"owner_id": "{other}"},
          action=lambda a, w: deals.assign(a, w["deal"], owner_id=w["other"])),
    _deal("delete", "delete /opportunities/{opportunity_id}", None, command="opportunities delete {deal}",
          form=_PAGE + "deletion/", fields={}, action=lambda a, w: deals.delete_opportunity(a, w["closed"]),
          records=_CLOSED),
    _deal("delete", "post /bin/{record}/restoration", {}, command="bin restore opportunity:{deal}",
          form="bin/<str:record>/restoration/", fields={}, records=(("deal", "binned"),)),
    _deal("purge", "delete /bin/{record}", None, command="bin purge opportunity:{deal}",
          form="bin/<str:record>/purge/", fields={}, records=(("deal", "binned"),)),
    _deal("share", f"post {_TEAM}", {"user_id": "{other}"}, command="opportunities add-member {deal} {other}",
          form=_PAGE + "sales-team/", fields={"user_id": "{other}"},
          action=lambda a, w: deals.add_member(a, w["deal"], user_id=w["other"])),
    _deal("share", f"patch {_TEAM}/{{person_id}}", {"may_write": True},
          command="opportunities change-member {deal} {member} --write",
          form=_PAGE + "sales-team/<int:person_id>/", fields={"may_write": "on"},
          action=lambda a, w: deals.change_member(a, w["deal"], w["member"], {"may_write": True})),
    _deal("share", f"delete {_TEAM}/{{person_id}}", None, command="opportunities remove-member {deal} {member}",
          form=_PAGE + "sales-team/<int:person_id>/removal/", fields={},
          action=lambda a, w: deals.remove_member(a, w["deal"], w["member"])),
    _deal("share", f"post {_SHARES}", {"user_id": "{other}"}, command="opportunities share {deal} --user {other}",
          form=_PAGE + "shares/", fields={"holder": "user:{other}"},
          action=lambda a, w: deals.share_deal(a, w["deal"], user_id=w["other"])),
    _deal("share", f"patch {_SHARES}/{{share_id}}", {"may_write": True},
          command="opportunities change-share {deal} {share} --write", form=_PAGE + "shares/<int:share_id>/",
          fields={"may_write": "yes"},
          action=lambda a, w: deals.change_share(a, w["deal"], w["share"], may_write=True)),
    _deal("share", f"delete {_SHARES}/{{share_id}}", None, command="opportunities unshare {deal} {share}",
          form=_PAGE + "shares/<int:share_id>/removal/", fields={},
          action=lambda a, w: deals.unshare_deal(a, w["deal"], w["share"])),
    _deal("append", "put /records/{record}/categories/{color}", None,
          command="categories mark opportunity:{deal} red", form="settings/records/<str:record>/categories/",
          fields={"color": "red", "marked": "yes"}),
    _deal("append", "delete /records/{record}/categories/{color}", None,
          command="categories unmark opportunity:{deal} red", form="settings/records/<str:record>/categories/",
          fields={"color": "red"}),
    _deal("write", "post /change-sets/{change_set_id}/undo", None, command="undo {change_set}",
          form="undo/<int:change_set_id>/", fields={}, action=lambda a, w: undo(a, w["change_set"])),
    _deal("write", "post /opportunities/stage", {"ids": ["{deal}"], "move": "next"},
          command="opportunities move-many {deal} --move next"),
    _deal("write", "post /opportunities/closure", {"ids": ["{deal}"], **_LOST, "on": "{today}"},
          command="opportunities close-many {deal} --outcome lost --reason PRICE_L --on {today}"),
    _deal("assign", "put /opportunities/owner", {"ids": ["{deal}"], "owner_id": "{other}"},
          command="opportunities assign-many {deal} --to {other}"),
    Line(("activity", "create"), "post /opportunities/{opportunity_id}/tasks", {"subject": "Call"},
         form=_PAGE + "tasks/", fields={"subject": "Call", "due_on": ""},
         action=lambda a, w: tasks.create_task(a, w["deal"], subject="Call")),
    Line(("activity", "create"), "post /opportunities/{opportunity_id}/stage-tasks", {"stage": "{planned}"},
         form=_PAGE + "stage-tasks/", fields={"stage": "{planned}"},
         command="opportunities plan-stage-tasks {deal} --stage {planned}",
         action=lambda a, w: tasks.plan_stage_tasks(a, w["deal"], stage_id=w["planned"])),
    Line(("activity", "write"), "post /tasks/{task_id}/completion", None, form="tasks/<int:task_id>/<str:how>/",
         fields={}, action=lambda a, w: tasks.complete_task(a, w["task"]), records=(("how", "complete"),)),
    Line(("activity", "write"), "post /tasks/{task_id}/cancellation", None, form="tasks/<int:task_id>/<str:how>/",
         fields={}, action=lambda a, w: tasks.cancel_task(a, w["task"]), records=(("how", "cancel"),)),
    Line(("activity", "write"), "post /tasks/{task_id}/reopening", None, form="tasks/<int:task_id>/<str:how>/",
         fields={}, action=lambda a, w: tasks.reopen_task(a, w["task"]),
         records=(("how", "reopen"), ("task", "ended"))),
    Line(("activity", "write"), "put /tasks/{task_id}/owner", {"owner_id": "{other}"},
         form="tasks/<int:task_id>/owner/", fields={"owner_id": "{other}"},
         action=lambda a, w: tasks.assign_task(a, w["task"], owner_id=w["other"])),
    *_customer("account"),
    *_customer("contact"),
    *_campaign("campaign"),
    *_campaign("segment"),
    Line(_WRITES_CAMPAIGN, f"post {_ACTIVATION}", None, "campaigns activate {campaign}",
         "campaigns/<int:campaign_id>/activation/", {"activated": "yes"},
         lambda a, w: campaigns.activate_campaign(a, w["campaign"])),
    Line(_WRITES_CAMPAIGN, f"delete {_ACTIVATION}", None, "campaigns deactivate {campaign}",
         "campaigns/<int:campaign_id>/activation/", {"activated": "no"},
         lambda a, w: campaigns.deactivate_campaign(a, w["campaign"])),
    Line(_WRITES_CAMPAIGN, f"post {_SEGMENT_LINES}", {"note": "x"}, "segments add-line {segment} --note x",
         _LINES_PAGE, {"customer": "", "note": "x"},
         lambda a, w: campaigns.add_line(a, w["segment"], {"note": "x"})),
    Line(_WRITES_CAMPAIGN, f"patch {_SEGMENT_LINES}/{{line_id}}", {"note": "x"},
         "segments change-line {segment} {line} --note x", _LINES_PAGE + "<int:line_id>/",
         {"customer": "", "note": "x", "version": "1"},
         lambda a, w: campaigns.change_line(a, w["segment"], w["line"], {"note": "x"})),
    Line(_WRITES_CAMPAIGN, f"delete {_SEGMENT_LINES}/{{line_id}}", None, "segments remove-line {segment} {line}",
         _LINES_PAGE + "<int:line_id>/removal/", {},
         lambda a, w: campaigns.remove_line(a, w["segment"], w["line"])),
]  # fmt: skip
