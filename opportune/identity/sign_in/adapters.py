"""The library's questions on second factors and on the provider people sign in with, answered by Opportune."""

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.http import HttpRequest
from django.shortcuts import render
from requests import Session

from opportune.identity.actor import actor_for
from opportune.identity.models import User
from opportune.identity.sign_in.noting import noted
from opportune.identity.sign_in.vault import lock_up, read_back


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is not typed
    """Seeds are kept encrypted."""

    def encrypt(self, text: str) -> str:
        return lock_up(text)

    def decrypt(self, encrypted_text: str) -> str:
        return read_back(encrypted_text)


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Whoever the provider vouches for signs in as the person with that address; it makes nobody up.

    The first time, the provider's identifier is linked to the person, and from then on the identifier alone counts: an
    address that the provider gives to somebody else later opens nothing.
    """

    def get_requests_session(self) -> Session:
        """How the provider is asked: at the addresses it names, and nowhere it redirects to (ASVS 15.3.2)."""
        session: Session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """People are added by an administrator."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.is_existing:
            return
        person = self._known(sociallogin)
        if person is None:
            raise ImmediateHttpResponse(render(request, "account/signup_closed.html", status=403))
        if not person.is_active:
            raise ImmediateHttpResponse(get_account_adapter(request).respond_user_inactive(request, person))
        actor = actor_for(person, "web")
        noted(actor, "link_sign_in", lambda: sociallogin.connect(request, person))

    def _known(self, sociallogin: SocialLogin) -> User | None:
        """The person whose address the provider has verified, unless they sign in with another identifier there."""
        verified = [each.email.lower() for each in sociallogin.email_addresses if each.verified is True]
        person = User.objects.filter(email__in=verified).first()
        if person is None:
            return None
        linked = SocialAccount.objects.filter(user=person, provider=sociallogin.account.provider)
        return None if linked.exists() else person
