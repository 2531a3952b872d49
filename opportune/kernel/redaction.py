"""Keeping secrets out of the log: those Opportune hands out can be told by how they look."""

from __future__ import annotations

import logging
import re

HIDDEN = "[secret]"
_SECRETS = (
    re.compile(r"(?<![A-Za-z0-9])(?:opp|setup)_[A-Za-z0-9_-]{20,}"),
    re.compile(r"(?<=/sign/password/reset/key/)[^/\s\"']+"),
    re.compile(r"(?<=/set-up/)[^/\s\"']+"),
    re.compile(r"(?<=oidc/sso/login/callback/\?)[^\s\"']+"),
    re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"),
    re.compile(r"(?i)(?<=bearer )[^\s\"',]+"),
)


def without_secrets(text: str) -> str:
    """A line without tokens, links that open something, and passwords in addresses."""
    for secret in _SECRETS:
        text = secret.sub(HIDDEN, text)
    return text


class NoSecrets(logging.Filter):
    """Rewrites a record that holds a secret, its traceback too; a handler's filter, so that nothing gets by."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        clean = without_secrets(said)
        if clean != said:
            record.msg, record.args = clean, ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = without_secrets(record.exc_text)
        return True
