"""What is told in the transaction that writes a mail."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailWritten:
    """A mail waits to be sent once this transaction is committed."""

    mail_id: int
