"""What the tests of security share: Django's client, signed in without a form."""

from tests.web.conftest import SignIn, sign_in

__all__ = ["SignIn", "sign_in"]
