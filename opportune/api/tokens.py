"""Who asks: the person behind a bearer token, narrowed to its scopes."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from opportune.identity.actor import Actor
from opportune.identity.queries import actor_of_token


class BearerToken(HttpBearer):
    """`Authorization: Bearer …`. A session's cookie opens nothing here, so no other site can use it."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        return actor_of_token(token.strip())
