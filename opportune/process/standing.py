"""What keeps a process in use: being the default one, and deals that run in it or did so before (E-38, decision 19)."""

from opportune.kernel.errors import Refused
from opportune.kernel.sentences import counted, sentence
from opportune.ledger.models import LIVE
from opportune.process.models import Process
from opportune.process.queries import process_use
from opportune.reference.queries import organisation_settings


def demand_not_default(process: Process) -> None:
    """Raise Refused `process_is_default` for the one that new deals get. The caller has locked it."""
    if process.key == organisation_settings().default_process:
        raise Refused(
            "process_is_default",
            sentence("This is the default process. Choose another default process first."),
        )


def demand_unused(process: Process) -> None:
    """Raise Refused `process_in_use` naming how many open deals run in a process, or whose past tells of it."""
    used = process_use(process.pk)
    if used.open:
        raise Refused(
            "process_in_use",
            counted(
                "{count} open opportunity runs in this process. Retire it instead.",
                "{count} open opportunities run in this process. Retire it instead.",
                used.open,
            ),
            open=used.open,
            all=used.all,
        )
    if used.all:
        raise Refused(
            "process_in_use",
            counted(
                "The past of {count} opportunity tells of this process. Retire it instead.",
                "The past of {count} opportunities tells of this process. Retire it instead.",
                used.all,
            ),
            open=0,
            all=used.all,
        )


def hold_for_default(key: str) -> bool:
    """Whether new deals can get a process: it exists and is not retired (E-14). It stays so until the command ends."""
    rows = Process.objects.filter(LIVE, key=key, is_retired=False).select_for_update()
    return any(True for _ in rows)
