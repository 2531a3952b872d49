"""Turning the secret key of an installation, and forgetting those before it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from opportune.identity.sign_in.actions import lock_up_anew
from opportune.kernel.keys import forget_old_keys, kept_keys, turn_key


def rotate_key(say: Callable[[str], None], *, forget_old: bool) -> int:
    """Sign with a new key from now on, or believe the present one only; say how it went, and return the exit code.

    Seeds of second factors are encrypted with the present key first. Old keys stay while one that cannot be read may
    need them. Keys of the environment are its owner's to change.
    """
    file = settings.KEY_FILE
    if file is not None:
        if not forget_old:
            turn_key(file)
        settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS = kept_keys(file)
    done, lost = lock_up_anew()
    say(f"Second factors encrypted with the present key: {done}")
    if lost:
        say(f"Second factors that no key reads: {lost}. Restore their key, or reset these people's sign-in.")
        return 1
    if file is None:
        say(
            "The keys are in the environment: OPPORTUNE_OLD_SECRET_KEYS is needed for sessions and links only."
        )
    elif forget_old:
        say(f"Keys forgotten: {forget_old_keys(file)}. Restart Opportune now.")
    else:
        say("The key is turned; the old one stays valid until --forget-old. Restart Opportune now.")
    return 0
