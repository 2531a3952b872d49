"""The library's forms for passkeys, made to refuse what is no answer of a browser instead of breaking on it."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from django.forms import CharField

from opportune.kernel.text import storable

# What reading a forged answer may run into: JSON of another shape, bytes that are no key, a state that has gone.
FORGED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
LONGEST_NAME = 100


class _Unbreakable:
    """Reads an answer of a browser, whatever it holds."""

    def clean_credential(self) -> Any:
        credential = self.cleaned_data["credential"]  # type: ignore[attr-defined]  # a form has it
        if not isinstance(credential, dict):
            raise get_adapter().validation_error("incorrect_code")
        read = getattr(super(), "clean_credential", None)
        try:
            return credential if read is None else read()
        except FORGED as fault:
            _refuse(fault)


class AddPasskey(_Unbreakable, forms.AddWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """A new passkey; without a name it gets one."""

    name = CharField(required=False, max_length=LONGEST_NAME)

    def clean_name(self) -> str:
        self.cleaned_data["name"] = storable(self.cleaned_data["name"]).strip()
        return str(super().clean_name())

    def clean(self) -> Any:
        try:
            return super().clean()
        except FORGED as fault:
            _refuse(fault)


class AuthenticateByPasskey(_Unbreakable, forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey as the second factor."""


class SignInByPasskey(_Unbreakable, forms.LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey alone."""


class ReauthenticateByPasskey(_Unbreakable, forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey before something sensitive."""


class RenamePasskey(forms.EditWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """A passkey's name."""

    name = CharField(max_length=LONGEST_NAME)

    def clean_name(self) -> str:
        return storable(self.cleaned_data["name"]).strip() or self.instance.wrap().name


def _refuse(fault: Exception) -> None:
    raise get_adapter().validation_error("incorrect_code") from fault
