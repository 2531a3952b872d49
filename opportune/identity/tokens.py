"""Secrets handed out once, of which only a digest is kept."""

import hashlib
import secrets


def new_secret(prefix: str) -> str:
    """A secret with 256 bits of randomness; the prefix says what it is when it turns up in a log."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def digest_of(secret: str) -> str:
    """What the database keeps of a secret. Random secrets need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
