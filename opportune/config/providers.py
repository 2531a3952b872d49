"""The provider people may sign in with, as the library of signing in wants it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from opportune.config.addresses import BadSetting

KEY = "sso"


def provider_found(issuer: str, **given: str) -> dict[str, str] | None:
    """What the environment says of the provider, none without an issuer. Raises BadSetting for half of it."""
    if not issuer:
        return None
    parts = urlsplit(issuer)
    is_here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_here)):
        raise BadSetting(f"OPPORTUNE_OIDC_ISSUER is “{issuer}”; write an address with https://.")
    if not given["client_id"] or not given["secret"]:
        raise BadSetting(
            "OPPORTUNE_OIDC_ISSUER also needs OPPORTUNE_OIDC_CLIENT_ID and OPPORTUNE_OIDC_CLIENT_SECRET."
        )
    return {"issuer": issuer, **given}


def provider_of(found: Mapping[str, str]) -> dict[str, Any]:
    """An OpenID Connect provider by what the environment says of it. Codes are bound to their asker (PKCE)."""
    return {
        "provider_id": KEY,
        "name": found["name"],
        "client_id": found["client_id"],
        "secret": found["secret"],
        "settings": {"server_url": found["issuer"], "oauth_pkce_enabled": True},
    }
