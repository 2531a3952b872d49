"""Who asks: the person behind a bearer token, narrowed to its scopes."""

from django.conf import settings
from django.http import HttpRequest
from ninja.security import HttpBearer

from opportune.api.limits import neighbourhood, of_addresses, of_people
from opportune.identity.actor import Actor
from opportune.identity.queries import actor_of_token


class BearerToken(HttpBearer):
    """`Authorization: Bearer …`. A session's cookie opens nothing here, so no other site can use it.

    A valid token is answered however often others behind its address have failed.
    """

    def __call__(self, request: HttpRequest) -> Actor | None:
        actor: Actor | None = super().__call__(request)
        if actor is None:
            address = neighbourhood(str(request.META.get("REMOTE_ADDR", "")))
            of_addresses.take(address, per_minute=settings.API_FAILURES_PER_MINUTE)
        else:
            of_people.take(actor.person_id or actor.id, per_minute=settings.API_PER_MINUTE)
        return actor

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        return actor_of_token(token.strip())
