"""The provider people may sign in with, as the library of signing in wants it."""

from collections.abc import Mapping
from typing import Any

KEY = "sso"


def provider_of(found: Mapping[str, str]) -> dict[str, Any]:
    """An OpenID Connect provider by what the environment says of it. Codes are bound to their asker (PKCE)."""
    return {
        "provider_id": KEY,
        "name": found["name"],
        "client_id": found["client_id"],
        "secret": found["secret"],
        "settings": {"server_url": found["issuer"], "oauth_pkce_enabled": True},
    }
