"""Bearer tokens."""

from datetime import datetime

from opportune.schemas.shapes import Shown


class TokenShown(Shown):
    """A token without its secret."""

    id: int
    name: str
    person_id: int
    person_name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class TokenList(Shown):
    """Tokens, the newest first."""

    items: list[TokenShown]


class TokenIssued(TokenShown):
    """A new token with its secret, shown this once."""

    secret: str
