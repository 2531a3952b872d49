"""Opportunities and their totals as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opportune.cli.terminal import NOTHING, Terminal
from opportune.kernel.sentences import Sentence, sentence
from opportune.reference.queries import organisation_settings
from opportune.schemas.language import spoken
from opportune.schemas.opportunity import OpportunityListed, OpportunityShown, RivalShown
from opportune.schemas.opportunity_many import MoveList, OutcomesShown
from opportune.schemas.person import ShareShown
from opportune.schemas.summary import SummaryShown, SumShown
from opportune.schemas.task import TaskList

STATUSES: Mapping[str, Sentence] = {
    "not_started": sentence("Not started"),
    "in_progress": sentence("In progress"),
    "won": sentence("Won"),
    "lost": sentence("Lost"),
}


MOVES: Mapping[str, Sentence] = {
    "start": sentence("Start"),
    "next": sentence("Next stage"),
    "previous": sentence("Previous stage"),
    "skip": sentence("Skip stages"),
    "jump_back": sentence("Jump back"),
    "update": sentence("Update in the same stage"),
    "finish": sentence("Finish the process"),
}


def show_opportunities(terminal: Terminal, rows: Sequence[OpportunityListed], following: str | None) -> None:
    """A page of opportunities, and how to see the next one."""
    terminal.table(
        [
            sentence("Id"),
            sentence("Number"),
            sentence("Subject"),
            sentence("Customer"),
            sentence("Stage"),
            sentence("Value"),
            sentence("Probability"),
            sentence("Estimated close"),
            sentence("Owner"),
        ],
        [
            (
                str(row.id),
                row.number,
                row.subject,
                row.customer_name,
                _where(terminal, row),
                terminal.amount(row.value, row.currency),
                terminal.percentage(row.probability),
                terminal.day(row.estimated_close_on),
                row.owner_name,
            )
            for row in rows
        ],
    )
    if following is not None:
        terminal.say(sentence("There is more: --after {cursor}", cursor=following))


def show_opportunity(terminal: Terminal, deal: OpportunityShown) -> None:
    """One opportunity with the steps of its stages."""
    terminal.fields(
        [
            (sentence("Id"), str(deal.id)),
            (sentence("Number"), deal.number),
            (sentence("Subject"), deal.subject),
            (sentence("Customer"), deal.customer_name),
            (sentence("Status"), spoken(STATUSES[deal.status], terminal.language)),
            (sentence("Stage"), deal.stage_name or NOTHING),
            (sentence("Pipeline phase"), deal.pipeline_phase),
            (sentence("Value"), terminal.amount(deal.value, deal.currency)),
            (sentence("Probability"), terminal.percentage(deal.probability)),
            (sentence("Expected revenue"), terminal.amount(deal.expected, deal.currency)),
            (sentence("Estimated close"), terminal.day(deal.estimated_close_on)),
            (sentence("Closed on"), terminal.day(deal.closed_on)),
            (sentence("Reason"), deal.close_reason_name or NOTHING),
            (sentence("Lost to"), deal.lost_to),
            (sentence("Owner"), deal.owner_name),
            (sentence("Sales team"), ", ".join(member.name for member in deal.sales_team)),
            (sentence("Competitors"), ", ".join(_rival(terminal, deal, one) for one in deal.competitors)),
            (sentence("Initiated by"), deal.initiated_by_name),
            (sentence("Campaign"), deal.campaign_name),
            (sentence("Stale"), "✓" if deal.is_stale else ""),
            (sentence("Version"), str(deal.version)),
        ]
    )
    for sign in deal.warnings:
        terminal.plain(sign.message)
    terminal.table(
        [sentence("Stage"), sentence("Step"), sentence("Required"), sentence("Done")],
        [
            (stage.name, step.name, "✓" if step.is_required else "", "✓" if step.is_done else "")
            for stage in deal.stages
            for step in stage.steps
        ],
    )


def _rival(terminal: Terminal, deal: OpportunityShown, rival: RivalShown) -> str:
    if rival.price is None:
        return rival.name
    return f"{rival.name} ({terminal.amount(rival.price, deal.currency)})"


def show_shares(terminal: Terminal, shares: Sequence[ShareShown]) -> None:
    """Whom an opportunity is shared with."""
    terminal.table(
        [sentence("Id"), sentence("Shared with"), sentence("May change it"), sentence("Sales team")],
        [
            (
                str(each.id),
                each.name,
                "✓" if each.may_write else "",
                "✓" if each.reason == "sales_team" else "",
            )
            for each in shares
        ],
    )


def show_moves(terminal: Terminal, offered: MoveList) -> None:
    """The moves an opportunity can make."""
    terminal.table(
        [sentence("Move"), sentence("Stage"), sentence("Probability"), sentence("Estimated close")],
        [
            (
                spoken(MOVES[one.move], terminal.language),
                ", ".join(stage.name for stage in one.stages),
                terminal.percentage(one.chance),
                terminal.day(one.estimated_close_on),
            )
            for one in offered.items
        ],
    )


def show_outcomes(terminal: Terminal, outcomes: OutcomesShown) -> None:
    """What became of many opportunities, and why some were skipped."""
    terminal.plain(outcomes.message)
    if outcomes.skipped:
        terminal.table(
            [sentence("Id"), sentence("Subject"), sentence("Reason")],
            [(str(one.id), one.subject, one.detail) for one in outcomes.skipped],
        )


def show_summary(terminal: Terminal, summary: SummaryShown) -> None:
    """Totals by status, then by stage, in base currency."""
    currency = organisation_settings().base_currency

    def row(name: str, part: SumShown) -> tuple[str, str, str, str]:
        return (
            name,
            str(part.count),
            terminal.amount(part.value, currency),
            terminal.amount(part.expected, currency),
        )

    figures = [sentence("Count"), sentence("Value"), sentence("Expected revenue")]
    by_status = [
        row(spoken(STATUSES[name], terminal.language), part) for name, part in summary.by_status.items()
    ]
    whole = row(spoken(sentence("All"), terminal.language), summary)
    terminal.table([sentence("Status"), *figures], [*by_status, whole])
    terminal.table(
        [sentence("Stage"), *figures], [row(name, part) for name, part in summary.by_stage.items()]
    )


def _where(terminal: Terminal, row: OpportunityListed) -> str:
    if row.stage_name is not None and row.status == "in_progress":
        return row.stage_name
    return spoken(STATUSES[row.status], terminal.language)


def show_tasks(terminal: Terminal, shown: TaskList) -> None:
    """Tasks: what is to be done, when and by whom."""
    terminal.table(
        [sentence("Id"), sentence("Task"), sentence("Due on"), sentence("Owner")],
        [(str(task.id), task.subject, terminal.day(task.due_on), task.owner_name) for task in shown.items],
    )
