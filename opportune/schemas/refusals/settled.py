"""Codes of what administrators set up: settings, currencies, lists, reasons, processes, people."""

from opportune.kernel.sentences import sentence
from opportune.schemas.refusals.shape import Cause, Refusal

SETTLED = (
    Refusal(
        "switched_off",
        Cause.OFF,
        sentence("A setting is off; “setting” says which. An administrator can switch it on."),
        ("setting",),
    ),
    Refusal("command_line_only", Cause.OFF, sentence("This is possible on the command line only.")),
    Refusal(
        "missing_rate", Cause.STATE, sentence("There is no rate for the currency on that day."), ("currency",)
    ),
    Refusal(
        "default_process_gone",
        Cause.STATE,
        sentence("The setting would name a process that is retired or deleted."),
        ("process",),
    ),
    Refusal("base_currency", Cause.STATE, sentence("The base currency stays in use.")),
    Refusal(
        "base_currency_frozen", Cause.STATE, sentence("Amounts have been recorded in the base currency.")
    ),
    Refusal("built_in", Cause.STATE, sentence("The reason is built in.")),
    Refusal("reason_used", Cause.STATE, sentence("Opportunities were closed for this reason."), ("uses",)),
    Refusal(
        "choice_used",
        Cause.STATE,
        sentence("Records have this choice; say what they get instead."),
        ("uses",),
    ),
    Refusal("default_choice", Cause.STATE, sentence("New records begin with this choice.")),
    Refusal("fixed_list", Cause.STATE, sentence("The choices of the list mean something to Opportune.")),
    Refusal("taken", Cause.STATE, sentence("Something new has the same name or code.")),
    Refusal("series_missing", Cause.STATE, sentence("No number series is set up.")),
    Refusal(
        "process_in_use",
        Cause.STATE,
        sentence("Opportunities run in the process, or tell of it."),
        (
            "open",
            "all",
        ),
    ),
    Refusal(
        "processes_busy",
        Cause.STATE,
        sentence("Commands on opportunities under way need the process as it is; try again in a moment."),
    ),
    Refusal("process_is_default", Cause.STATE, sentence("It is the default process.")),
    Refusal("process_gone", Cause.STATE, sentence("The process of the stage is in the bin.")),
    Refusal("stage_gone", Cause.STATE, sentence("The stage of the step is in the bin.")),
    Refusal("default_taken", Cause.STATE, sentence("Another stage is the default stage now.")),
    Refusal("key_taken", Cause.STATE, sentence("Another process or stage has the key now.")),
    Refusal("name_taken", Cause.STATE, sentence("Another stage has the name now.")),
    Refusal("own_account", Cause.STATE, sentence("Nobody deactivates themselves.")),
    Refusal("key_is_gone", Cause.STATE, sentence("The key that second factors were encrypted with is gone.")),
    Refusal("second_factor_missing", Cause.OFF, sentence("A second factor must be set up first.")),
    Refusal("already_set_up", Cause.STATE, sentence("Opportune is set up already.")),
    Refusal("not_empty", Cause.STATE, sentence("The demo company is for an empty installation.")),
)
