"""Encrypting anew what is encrypted, after the secret key has been turned."""

from __future__ import annotations

from collections.abc import Callable

from opportune.identity.sign_in.actions import lock_up_anew


def encrypt_anew(say: Callable[[str], None]) -> int:
    """Encrypt the seeds of second factors with the present key; say how it went. Returns how many could not be read."""
    done, lost = lock_up_anew()
    say(f"Second factors encrypted with the present key: {done}")
    if lost:
        say(f"Second factors that no key reads: {lost}. Restore their key, or reset these people's sign-in.")
    return lost
