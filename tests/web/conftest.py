"""A browser without a window: Django's client, signed in."""

from collections.abc import Callable

import pytest
from django.test import Client

from opportune.identity.actor import Actor
from opportune.identity.models import User

SignIn = Callable[[Actor], Client]


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """A client signed in as an actor's person."""

    def signed_in(actor: Actor) -> Client:
        client = Client()
        client.force_login(
            User.objects.get(pk=actor.person_id or 0), backend="django.contrib.auth.backends.ModelBackend"
        )
        return client

    return signed_in
