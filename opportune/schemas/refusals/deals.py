"""Codes of opportunities and what hangs on them."""

from opportune.kernel.sentences import sentence
from opportune.schemas.refusals.shape import Cause, Refusal

DEALS = (
    Refusal(
        "closed",
        Cause.STATE,
        sentence("The opportunity is won or lost, and so read-only. Reopen it first."),
        ("version",),
    ),
    Refusal(
        "steps_missing",
        Cause.STATE,
        sentence("Required steps of the stages that are left are not done."),
        ("missing",),
    ),
    Refusal(
        "quote_missing", Cause.STATE, sentence("The stage that is entered requires a quote."), ("stage",)
    ),
    Refusal("unknown_stage", Cause.STATE, sentence("There is no such stage, or it is gone.")),
    Refusal("no_stages", Cause.STATE, sentence("The process has no stages.")),
    Refusal("already_started", Cause.STATE, sentence("The opportunity has been started before.")),
    Refusal("not_started", Cause.STATE, sentence("The opportunity has not been started; start it first.")),
    Refusal(
        "already_finished", Cause.STATE, sentence("The process is finished; win or lose the opportunity.")
    ),
    Refusal("not_last_stage", Cause.STATE, sentence("A process is finished in its last stage only.")),
    Refusal("not_a_move", Cause.STATE, sentence("The move does not lead to that stage, or names none.")),
    Refusal("no_next_stage", Cause.STATE, sentence("It is in the last stage already.")),
    Refusal("no_previous_stage", Cause.STATE, sentence("It is in the first stage already.")),
    Refusal("not_skippable", Cause.STATE, sentence("Stages between may not be skipped."), ("stages",)),
    Refusal("close_instead", Cause.STATE, sentence("Won and lost are no stages: close the opportunity.")),
    Refusal(
        "nothing_to_plan", Cause.STATE, sentence("The stage has no task that is not planned or done already.")
    ),
    Refusal("same_process", Cause.STATE, sentence("It is in this process already.")),
    Refusal("confirm_zero", Cause.STATE, sentence("A win worth nothing must be confirmed.")),
    Refusal("open_quotes", Cause.STATE, sentence("Quotes that are open block closing."), ("quotes",)),
    Refusal("not_closed", Cause.STATE, sentence("The opportunity is open; only a closed one is reopened.")),
    Refusal(
        "never_open", Cause.STATE, sentence("The opportunity was never open, so nothing can be restored.")
    ),
    Refusal(
        "origin_gone", Cause.STATE, sentence("The campaign or segment it names is in the bin."), ("origin",)
    ),
    Refusal("segment_empty", Cause.STATE, sentence("No line of the segment has a customer.")),
    Refusal(
        "segment_covered",
        Cause.STATE,
        sentence("Every customer on the segment has an opportunity from it already."),
    ),
    Refusal("line_twice", Cause.STATE, sentence("The customer is on the segment already.")),
    Refusal("on_segments", Cause.STATE, sentence("The customer is on segments; take it off them first.")),
    Refusal("customer_gone", Cause.STATE, sentence("The customer it names is in the bin."), ("customer",)),
    Refusal("no_reminder", Cause.STATE, sentence("The opportunity has no reminder.")),
    Refusal("member_already", Cause.STATE, sentence("The person is on the sales team already.")),
    Refusal(
        "by_sales_team", Cause.STATE, sentence("The access comes with the sales team and changes with it.")
    ),
    Refusal("named_already", Cause.STATE, sentence("The competitor is on the opportunity already.")),
    Refusal("competitor_gone", Cause.STATE, sentence("The competitor is in the bin.")),
    Refusal("in_use", Cause.STATE, sentence("The competitor stands on opportunities.")),
    Refusal(
        "open_deals",
        Cause.STATE,
        sentence(
            "There are open opportunities: of the customer that is to be deleted, or of the person who leaves."
        ),
        ("count",),
    ),
)
