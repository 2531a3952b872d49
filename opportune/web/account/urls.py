"""Addresses of signing in, all below `/sign/`: those of the library that Opportune uses, and its own."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as provider
from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.usersessions import views as sessions
from django.urls import URLPattern, URLResolver, path, re_path

from opportune.web.account import own, tokens
from opportune.web.account.housing import clearing, housed, leaving

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", housed(account.login), name="account_login"),
    path("logout/", clearing(housed(account.logout)), name="account_logout"),
    path("inactive/", housed(account.account_inactive), name="account_inactive"),
    path("signup/", housed(account.signup), name="account_signup"),
    path("reauthenticate/", housed(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", housed(account.password_change), name="account_change_password"),
    path("password/set/", housed(account.password_set), name="account_set_password"),
    path("password/reset/", housed(account.password_reset), name="account_reset_password"),
    path("password/reset/done/", housed(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        housed(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        housed(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("factor/", housed(factors.authenticate), name="mfa_authenticate"),
    path("factor/again/", housed(factors.reauthenticate), name="mfa_reauthenticate"),
    path("app/", housed(app.activate_totp, "add_second_factor"), name="mfa_activate_totp"),
    path("app/removal/", housed(app.deactivate_totp, "remove_second_factor"), name="mfa_deactivate_totp"),
    path("codes/", housed(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "codes/new/",
        housed(codes.generate_recovery_codes, "renew_recovery_codes"),
        name="mfa_generate_recovery_codes",
    ),
    path("codes/file/", housed(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("passkeys/", housed(passkeys.list_webauthn), name="mfa_list_webauthn"),
    path("passkeys/new/", housed(passkeys.add_webauthn, "add_second_factor"), name="mfa_add_webauthn"),
    path("passkeys/login/", housed(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("passkeys/again/", housed(passkeys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path(
        "passkeys/<int:pk>/removal/",
        housed(passkeys.remove_webauthn, "remove_second_factor"),
        name="mfa_remove_webauthn",
    ),
    path(
        "passkeys/<int:pk>/name/",
        housed(passkeys.edit_webauthn, "rename_second_factor"),
        name="mfa_edit_webauthn",
    ),
    path("sessions/", housed(sessions.list_usersessions, "end_sessions"), name="usersessions_list"),
    path("sessions/<int:session_id>/end/", own.end_session, name="session_end"),
    path("provider/cancelled/", housed(provider.login_cancelled), name="socialaccount_login_cancelled"),
    path("provider/error/", housed(provider.login_error), name="socialaccount_login_error"),
    path("provider/signup/", housed(provider.signup), name="socialaccount_signup"),
    path("oidc/<str:provider_id>/login/", leaving(housed(oidc.login)), name="openid_connect_login"),
    path(
        "oidc/<str:provider_id>/login/callback/",
        leaving(housed(oidc.callback)),
        name="openid_connect_callback",
    ),
    path("mine/", own.overview, name="sign_in_settings"),
    path("form-token/", own.token, name="form_token"),
    path("ways/", own.overview, name="mfa_index"),
    path("tokens/", tokens.index, name="tokens"),
    path("tokens/new/", tokens.new, name="token_new"),
    path("tokens/<int:token_id>/removal/", tokens.revoke, name="token_removal"),
]
