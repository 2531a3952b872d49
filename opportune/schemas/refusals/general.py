"""Codes that records of any kind meet."""

from opportune.kernel.sentences import sentence
from opportune.schemas.refusals.shape import Cause, Refusal

GENERAL = (
    Refusal(
        "not_found",
        Cause.FOUND,
        sentence("There is no such record, or the one who asks may not see it: both look the same."),
        ("kind",),
    ),
    Refusal(
        "named_gone",
        Cause.STATE,
        sentence(
            "What is given back names a choice, a close reason, a competitor or a person that was taken away since."
        ),
        ("kind", "id"),
    ),
    Refusal(
        "not_permitted",
        Cause.RIGHT,
        sentence("The record is visible, but the role, or the scopes of the token, lack this right."),
        (
            "kind",
            "verb",
            "right",
        ),
    ),
    Refusal("invalid", Cause.VALUES, sentence("Values cannot be accepted; “errors” says which, and why.")),
    Refusal(
        "conflict",
        Cause.CONFLICT,
        sentence("Somebody else changed the same fields first; their change comes along."),
        (
            "version",
            "by",
            "changes",
        ),
    ),
    Refusal("already_undone", Cause.STATE, sentence("This change set was undone before.")),
    Refusal(
        "nothing_to_undo",
        Cause.STATE,
        sentence("Everything that the change set changed has been changed again since."),
        ("kept",),
    ),
    Refusal(
        "cannot_undo",
        Cause.STATE,
        sentence("What was done cannot be taken back, such as deleting for good."),
        (
            "kind",
            "kept",
        ),
    ),
    Refusal(
        "changed_since",
        Cause.STATE,
        sentence("Another command has changed it since; that is left as it is."),
    ),
    Refusal(
        "duplicates_found",
        Cause.STATE,
        sentence(
            "Accounts or contacts that seem to be the same are there already; confirm, or use what is there."
        ),
        ("duplicates", "hidden"),
    ),
    Refusal("running", Cause.STATE, sentence("The job is still running; stop it first.")),
    Refusal("not_running", Cause.STATE, sentence("The job has ended, or was stopped already.")),
    Refusal("nothing_waits", Cause.STATE, sentence("No row of the job is left to do.")),
    Refusal("undone", Cause.STATE, sentence("The job was undone, in whole or in part; it does not go on.")),
    Refusal("job_failed", Cause.STATE, sentence("A job ended before all was done."), ("job",)),
    Refusal("too_late", Cause.STATE, sentence("The time in which a job can be undone is over.")),
    Refusal(
        "not_in_bin", Cause.STATE, sentence("Only what is in the bin comes back, or is deleted for good.")
    ),
    Refusal("still_named", Cause.STATE, sentence("Other records still name it, so it stays in the bin.")),
    Refusal("external_id_taken", Cause.STATE, sentence("Another record has the same external id now.")),
    Refusal("depended_upon", Cause.STATE, sentence("Other records belong to it.")),
    Refusal("connected", Cause.STATE, sentence("Both records are connected in this role already.")),
    Refusal("shared_already", Cause.STATE, sentence("The same was granted again meanwhile.")),
    Refusal("task_ended", Cause.STATE, sentence("The task is completed or cancelled already.")),
)
