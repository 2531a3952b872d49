"""Codes of backups and restoring: on the command line only."""

from opportune.kernel.sentences import sentence
from opportune.schemas.refusals.shape import Cause, Refusal

ARCHIVES = (
    Refusal("archive_damaged", Cause.STATE, sentence("The file is no whole backup."), ("reason",)),
    Refusal("archive_newer", Cause.STATE, sentence("The backup was made by a newer version of Opportune.")),
    Refusal("archive_unfit", Cause.STATE, sentence("The database cannot keep a row of the backup.")),
    Refusal("backup_not_written", Cause.STATE, sentence("The file of the backup cannot be written.")),
    Refusal("file_exists", Cause.STATE, sentence("There is a file of that name already.")),
    Refusal("file_missing", Cause.STATE, sentence("The file cannot be read.")),
    Refusal("passphrase_needed", Cause.VALUES, sentence("The backup is encrypted.")),
    Refusal("passphrase_wrong", Cause.VALUES, sentence("The passphrase does not open the backup.")),
    Refusal("restored_differs", Cause.STATE, sentence("What was read back is not what the backup holds.")),
    Refusal("target_has_files", Cause.STATE, sentence("There are files where the backup would go.")),
    Refusal("target_not_empty", Cause.STATE, sentence("There are data in the installation already.")),
)
