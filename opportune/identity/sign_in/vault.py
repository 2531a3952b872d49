"""Encrypting what must be read again: the seeds of second factors. Who has the database alone cannot use them."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from opportune.kernel.errors import Refused
from opportune.kernel.sentences import sentence

_FOR = b"opportune second factors:"


def lock_up(secret: str) -> str:
    """A secret, encrypted with the present key."""
    return _keys().encrypt(secret.encode()).decode()


def read_back(locked: str) -> str:
    """A secret as it was. Raises Refused `key_is_gone` when the key it was locked with has been forgotten."""
    try:
        return _keys().decrypt(locked.encode()).decode()
    except InvalidToken:
        raise Refused(
            "key_is_gone",
            sentence(
                "Second factors cannot be read: the secret key has been replaced. "
                "Ask an administrator to reset yours."
            ),
        ) from None


def locked_anew(locked: str) -> str:
    """The same secret, encrypted with the present key. Raises Refused as `read_back`."""
    return lock_up(read_back(locked))


def _keys() -> MultiFernet:
    return MultiFernet([_key(each) for each in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(_FOR + secret.encode()).digest()))
