"""Authenticator apps, recovery codes, and who must have a second factor."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from opportune.identity.sign_in.actions import require_second_factor, reset_sign_in
from opportune.kernel.errors import NotFound, NotPermitted, Refused
from opportune.ledger.models import Change, ChangeSet
from opportune.ledger.queries import last_undoable
from opportune.ledger.undo import undo
from opportune.reference.actions import change_setting
from tests.deals import id_of
from tests.doors.callers import CommandLine
from tests.people import Company
from tests.security.proofs import code_of, codes_of, proved, set_up_app, signed_in, value_of, with_app
from tests.web.conftest import SignIn


def verbs(person_id: int) -> list[str]:
    return list(ChangeSet.objects.filter(person_id=person_id).order_by("id").values_list("verb", flat=True))


def test_an_app_is_asked_for_after_the_password(company: Company) -> None:
    _, key = with_app(company.alice)
    client = signed_in(company.alice)
    assert client.get("/pipeline/").status_code == 302
    answer = client.post("/sign/factor/", {"code": code_of(key, steps=1)})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/pipeline/").status_code == 200


def test_a_wrong_code_opens_nothing(company: Company) -> None:
    with_app(company.alice)
    client = signed_in(company.alice)
    answer = client.post("/sign/factor/", {"code": "000000"})
    assert answer.status_code == 200
    assert "Incorrect code." in answer.content.decode()
    assert client.get("/pipeline/").status_code == 302


def test_a_code_opens_only_once(company: Company) -> None:
    _, key = with_app(company.alice)
    code = code_of(key, steps=1)
    assert signed_in(company.alice).post("/sign/factor/", {"code": code}).status_code == 302
    assert signed_in(company.alice).post("/sign/factor/", {"code": code}).status_code == 200


def test_guessing_codes_is_stopped(company: Company) -> None:
    with_app(company.alice)
    client = signed_in(company.alice)
    for number in range(6):
        said = client.post("/sign/factor/", {"code": f"00000{number}"}).content.decode()
    assert "Too many" in said


def test_setting_one_up_needs_the_password_once_more(company: Company, sign_in: SignIn) -> None:
    client = sign_in(company.alice)
    answer = client.get("/sign/app/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign/reauthenticate/")
    assert proved(client).get("/sign/app/").status_code == 200


def test_setting_one_up_with_a_wrong_code_changes_nothing(company: Company) -> None:
    client = proved(signed_in(company.alice))
    client.get("/sign/app/")
    assert client.post("/sign/app/", {"code": "123"}).status_code == 200
    assert not Authenticator.objects.exists()


def test_a_recovery_code_opens_once(company: Company) -> None:
    client, _ = with_app(company.alice)
    code = codes_of(client)[0]
    assert signed_in(company.alice).post("/sign/factor/", {"code": code}).status_code == 302
    assert signed_in(company.alice).post("/sign/factor/", {"code": code}).status_code == 200
    assert code not in codes_of(client)


def test_new_recovery_codes_replace_the_old_ones(company: Company) -> None:
    client, _ = with_app(company.alice)
    old = codes_of(client)
    assert client.post("/sign/codes/new/").status_code == 302
    assert not set(old) & set(codes_of(client))
    assert signed_in(company.alice).post("/sign/factor/", {"code": old[0]}).status_code == 200


def test_recovery_codes_come_as_a_file(company: Company) -> None:
    client, _ = with_app(company.alice)
    file = client.get("/sign/codes/file/")
    assert "attachment" in file["Content-Disposition"]
    assert file.content.decode().split() == codes_of(client)


def test_giving_up_the_app_takes_the_recovery_codes_along(company: Company) -> None:
    client, _ = with_app(company.alice)
    assert client.post("/sign/app/removal/").status_code == 302
    assert not Authenticator.objects.exists()
    assert signed_in(company.alice).get("/pipeline/").status_code == 200


def test_the_ledger_says_what_was_set_up_and_given_up_and_no_secret(company: Company) -> None:
    client, key = with_app(company.alice)
    codes = codes_of(client)
    client.post("/sign/codes/new/")
    client.post("/sign/app/removal/")
    done = verbs(id_of(company.alice))
    assert done == ["sign_in", "add_second_factor", "renew_recovery_codes", "remove_second_factor"]
    factors = Change.objects.filter(kind="second_factor").order_by("id")
    assert [(each.operation, each.change_set.verb) for each in factors] == [
        ("create", "add_second_factor"),
        ("create", "add_second_factor"),
        ("delete", "renew_recovery_codes"),
        ("create", "renew_recovery_codes"),
        ("delete", "remove_second_factor"),
        ("delete", "remove_second_factor"),
    ]
    kept = json.dumps(list(Change.objects.values_list("before", "after", "detail")))
    assert not [secret for secret in (key, *codes) if secret in kept]


def test_what_is_done_about_signing_in_is_never_undone(company: Company) -> None:
    account = company.account()
    with_app(company.alice)
    latest = ChangeSet.objects.latest("id")
    with pytest.raises((Refused, NotFound)):
        undo(company.alice, latest.pk)
    last = last_undoable(id_of(company.alice))
    assert Change.objects.filter(change_set_id=last, kind="account", record_id=account.pk).exists()


def test_seeds_are_kept_encrypted(company: Company) -> None:
    _, key = with_app(company.alice)
    assert key not in json.dumps(list(Authenticator.objects.values_list("data", flat=True)))


def test_an_administrator_resets_what_somebody_lost(company: Company) -> None:
    client, _ = with_app(company.alice)
    ada = proved(signed_in(company.ada))
    assert ada.post(f"/settings/sign-in/people/{id_of(company.alice)}/reset/").status_code == 302
    assert not Authenticator.objects.exists()
    assert client.get("/pipeline/").status_code == 302
    assert signed_in(company.alice).get("/pipeline/").status_code == 200
    assert verbs(id_of(company.ada))[-1] == "reset_sign_in"


def test_who_installs_resets_it_on_the_command_line(company: Company, command_line: CommandLine) -> None:
    with_app(company.ada)
    assert command_line("reset-sign-in", "ada@example.com").code == 0
    assert signed_in(company.ada).get("/pipeline/").status_code == 200
    assert command_line("reset-sign-in", "nobody@example.com").code == 5


def test_nobody_else_resets_it(company: Company) -> None:
    with_app(company.alice)
    for actor in (company.bob, company.carol, company.alice):
        with pytest.raises(NotPermitted):
            reset_sign_in(actor, id_of(company.alice))
    carol = proved(signed_in(company.carol))
    assert carol.post(f"/settings/sign-in/people/{id_of(company.alice)}/reset/").status_code == 403
    assert carol.get("/settings/sign-in/").status_code == 403
    assert Authenticator.objects.count() == 2


def test_who_must_have_a_second_factor_is_led_to_it(company: Company) -> None:
    change_setting(company.ada, "second_factor_required", True)
    client = signed_in(company.alice)
    answer = client.get("/pipeline/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign/mine/")
    assert "asks for a second factor" in client.get("/sign/mine/").content.decode()
    proved(client)
    set_up_app(client)
    assert client.get("/pipeline/").status_code == 200


def test_a_role_may_ask_for_one_by_itself(company: Company) -> None:
    ada = proved(signed_in(company.ada))
    assert ada.post("/settings/sign-in/roles/sales_manager/", {"required": "yes"}).status_code == 302
    assert signed_in(company.carol).get("/pipeline/").status_code == 302
    assert signed_in(company.alice).get("/pipeline/").status_code == 200
    ada.post("/settings/sign-in/roles/sales_manager/", {"required": "no"})
    assert signed_in(company.carol).get("/pipeline/").status_code == 200


def test_only_administrators_ask_a_role_for_one(company: Company) -> None:
    with pytest.raises(NotPermitted):
        require_second_factor(company.carol, "salesperson", is_required=False)
    with pytest.raises(NotFound):
        require_second_factor(company.ada, "nobody", is_required=True)


def test_asking_for_one_needs_the_password_once_more(company: Company, sign_in: SignIn) -> None:
    client = sign_in(company.ada)
    answer = client.post("/settings/sign-in/everybody/", {"required": "yes"})
    assert answer["Location"].startswith("/sign/reauthenticate/")


def test_a_token_is_made_only_after_a_proof_and_shown_once(company: Company, sign_in: SignIn) -> None:
    client = sign_in(company.alice)
    asked = {"name": "Reports", "scopes": ["*:read"], "expires_on": ""}
    assert client.post("/sign/tokens/new/", asked)["Location"].startswith("/sign/reauthenticate/")
    made = proved(client).post("/sign/tokens/new/", asked)
    secret = value_of("f-secret", made)
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert secret not in client.get("/sign/tokens/").content.decode()


def test_a_token_of_others_is_not_found(company: Company) -> None:
    proved(signed_in(company.bob)).post(
        "/sign/tokens/new/", {"name": "B", "scopes": ["*:read"], "expires_on": ""}
    )
    token = Change.objects.filter(kind="token").get().record_id
    for who in (company.alice, company.ada):
        assert signed_in(who).post(f"/sign/tokens/{token}/removal/").status_code == 404
    bob = signed_in(company.bob)
    assert bob.post(f"/sign/tokens/{token}/removal/").status_code == 302
