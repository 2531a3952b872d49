"""What people prove themselves with: codes of an app, computed as an app does, and a browser that signed in itself."""

from __future__ import annotations

import hmac
import re
import struct
import time
from base64 import b32decode
from typing import Any

from django.test import Client

from opportune.identity.actor import Actor
from opportune.identity.models import User
from tests.people import PASSWORD


def code_of(key: str, *, steps: int = 0) -> str:
    """The six digits that an app with this key shows now, or some half minutes later (RFC 6238)."""
    digest = hmac.new(b32decode(key), struct.pack(">Q", int(time.time()) // 30 + steps), "sha1").digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def signed_in(actor: Actor, password: str = PASSWORD, **extra: Any) -> Client:
    """A browser that signed in by the form; it has just proved who it is."""
    client = Client(**extra)
    address = User.objects.get(pk=actor.person_id or 0).email
    client.post("/sign/login/", {"login": address, "password": password})
    return client


def proved(client: Client, password: str = PASSWORD) -> Client:
    """The browser, after its person has given the password once more."""
    client.post("/sign/reauthenticate/", {"password": password})
    return client


def with_app(actor: Actor) -> tuple[Client, str]:
    """A browser whose person has set up an authenticator app, and the app's key."""
    client = proved(signed_in(actor))
    return client, set_up_app(client)


def set_up_app(client: Client) -> str:
    """Set up an authenticator app; its key."""
    key = value_of("f-key", client.get("/sign/app/"))
    client.post("/sign/app/", {"code": code_of(key)})
    return key


def value_of(field: str, page: Any) -> str:
    """What a field of a page holds."""
    found = re.search(f'id="{field}"[^>]* value="([^"]*)"', page.content.decode())
    assert found is not None
    return found[1]


def codes_of(client: Client) -> list[str]:
    """The recovery codes that are left."""
    return re.findall(r"<li>(\d{8})</li>", client.get("/sign/codes/").content.decode())
