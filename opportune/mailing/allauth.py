"""How signing in writes mail and sets passwords: allauth's questions, answered by Opportune."""

from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from opportune.identity.actions import change_password
from opportune.identity.actor import actor_for
from opportune.identity.models import User
from opportune.mailing.actions import send

RESET_LINK = "account/email/password_reset_key"
UNKNOWN_ACCOUNT = "account/email/unknown_account"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Nobody signs up by themselves; mail goes through `mailing`, passwords through `identity`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are added by an administrator."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a mail instead of sending it on the spot. To an address nobody has, nothing is written."""
        if template_prefix == UNKNOWN_ACCOUNT:
            return
        if template_prefix == RESET_LINK:
            send_password_link(context["user"], email, context["password_reset_url"])
            return
        message = self.render_mail(
            template_prefix, email, {"email": email, "request": self.request, **context}
        )
        send(None, to=email, subject=message.subject, body=str(message.body))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Signing in and out shows by itself; nothing is announced."""

    def format_email_subject(self, subject: str) -> str:
        """The subject alone: the name of a site says nothing here."""
        return subject

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the mail. Its address is the configured one: a request's `Host` is anybody's claim."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.BASE_URL.rstrip("/") + path.replace("UID-KEY", quote(key))

    def set_password(self, user: User, password: str) -> None:
        """Set a person's own password, noted in the ledger."""
        change_password(actor_for(user, "web"), user.pk, password=password)
        user.refresh_from_db(fields=["password", "has_demo_password", "version"])


def send_password_link(user: User, email: str, link: str) -> None:
    """Write to somebody, in their language, where to choose a new password."""
    with translation.override(user.language):
        subject = gettext("Choose a new password")
        body = gettext(
            "Hello {name},\n\n"
            "somebody, probably you, asked for a new password for Opportune. Open this link to choose one:\n\n"
            "{link}\n\n"
            "If it was not you, leave it: your password stays as it is.\n"
        ).format(name=user.name, link=link)
    send(None, to=email, subject=subject, body=body, link=link)
