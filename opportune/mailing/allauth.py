"""How signing in writes mail, sets passwords and opens sessions: allauth's questions, answered by Opportune."""

import logging
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from opportune.identity.actions import change_password
from opportune.identity.actor import actor_for
from opportune.identity.models import User
from opportune.identity.sign_in.noting import noted
from opportune.mailing.actions import send, send_to_nobody

RESET_LINK = "account/email/password_reset_key"
UNKNOWN_ACCOUNT = "account/email/unknown_account"

logger = logging.getLogger("opportune.security")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Nobody signs up by themselves; mail goes through `mailing`, passwords through `identity`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are added by an administrator."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a mail instead of sending it on the spot. To an address nobody has, none is left.

        That takes as long, so that nobody learns from the clock who is known here.
        """
        if template_prefix == UNKNOWN_ACCOUNT:
            send_to_nobody(email)
            return
        if template_prefix == RESET_LINK:
            send_password_link(context["user"], email, context["password_reset_url"])
            return
        message = self.render_mail(
            template_prefix, email, {"email": email, "request": self.request, **context}
        )
        send(None, to=email, subject=message.subject, body=str(message.body))

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Signing in and out shows by itself; only what went wrong is announced."""
        if level == messages.ERROR and message:
            messages.error(request, message)

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        """Somebody has proved who they are: the session that is opened is noted in the ledger."""
        opened = super().post_login
        answer: HttpResponse = noted(actor_for(user, "web"), "sign_in", lambda: opened(request, user, **how))
        return answer

    def logout(self, request: HttpRequest) -> None:
        """Somebody leaves: their session ends, on the list as well."""
        user, key = request.user, request.session.session_key
        closed = super().logout

        def write() -> None:
            UserSession.objects.filter(user_id=user.pk, session_key=key).delete()
            closed(request)

        if isinstance(user, User) and user.is_active:
            noted(actor_for(user, "web"), "sign_out", write)
        else:
            closed(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note that somebody failed, and from where; not as whom, since people type passwords into the wrong field."""
        logger.warning("A sign-in failed, from %s", self.get_client_ip(request))

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


@transaction.atomic
def open_session(request: HttpRequest, user: User) -> None:
    """Sign somebody in who needs no proof: who has just made themselves the first administrator."""
    adapter = AccountAdapter(request)
    adapter.login(request, user)
    how = {"email_verification": "none", "signal_kwargs": None, "email": None, "signup": False}
    adapter.post_login(request, user, redirect_url="/", **how)


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
