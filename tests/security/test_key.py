"""Turning the secret key: sessions, links and second factors survive it, until the old key is forgotten."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.tokens import default_token_generator

from opportune.config.env import BadSetting, Environment
from opportune.identity.models import Token, User
from opportune.identity.sign_in.actions import lock_up_anew
from opportune.identity.sign_in.vault import lock_up, read_back
from opportune.kernel.errors import Refused
from opportune.kernel.keys import forget_old_keys, kept_keys, turn_key
from tests.deals import id_of
from tests.doors.callers import Caller, caller
from tests.people import Company
from tests.security.proofs import code_of, signed_in, with_app

NEW = "another secret key that is long enough for anything"


def turned(settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = NEW


def test_a_turned_key_stands_before_the_old_one_in_a_file_of_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    [old] = kept_keys(file)
    turn_key(file)
    new, kept = kept_keys(file)
    assert (kept, new != old) == (old, True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert forget_old_keys(file) == 1
    assert kept_keys(file) == [new]
    assert list(tmp_path.iterdir()) == [file]


def test_old_keys_are_read_from_the_file_or_from_the_environment(tmp_path: Path) -> None:
    data = {"OPPORTUNE_DATA": str(tmp_path)}
    [old] = kept_keys(tmp_path / "secret.key")
    turn_key(tmp_path / "secret.key")
    assert Environment(data).old_secret_keys() == [old]
    given = {**data, "OPPORTUNE_SECRET_KEY": NEW, "OPPORTUNE_OLD_SECRET_KEYS": old}
    assert Environment(given).old_secret_keys() == [old]
    with pytest.raises(BadSetting, match="32 characters"):
        Environment({**given, "OPPORTUNE_OLD_SECRET_KEYS": "short"}).check()


def test_sessions_and_links_survive_a_turned_key_but_not_a_lost_one(company: Company, settings: Any) -> None:
    client = signed_in(company.alice)
    alice = User.objects.get(pk=id_of(company.alice))
    link = default_token_generator.make_token(alice)
    turned(settings)
    assert client.get("/pipeline/").status_code == 200
    assert default_token_generator.check_token(alice, link)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "x" * 50, []
    assert client.get("/pipeline/").status_code == 302
    assert not default_token_generator.check_token(alice, link)


def test_second_factors_are_encrypted_anew_and_outlive_the_old_key(company: Company, settings: Any) -> None:
    _, key = with_app(company.alice)
    turned(settings)
    assert lock_up_anew() == (2, 0)
    settings.SECRET_KEY_FALLBACKS = []
    client = signed_in(company.alice)
    assert client.post("/sign/factor/", {"code": code_of(key, steps=1)})["Location"] == "/"


def test_a_lost_key_is_said_and_breaks_nothing(company: Company, settings: Any) -> None:
    with_app(company.alice)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, []
    answer = signed_in(company.alice).post("/sign/factor/", {"code": "123456"})
    assert answer.status_code == 422
    assert "the secret key has been replaced" in answer.content.decode()
    assert lock_up_anew() == (0, 2)


def test_what_is_locked_up_is_read_back_and_says_nothing() -> None:
    locked = lock_up("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in locked
    assert read_back(locked) == "JBSWY3DPEHPK3PXP"
    with pytest.raises(Refused):
        read_back(locked[:-4] + "AAAA")


def test_tokens_are_kept_as_fingerprints_and_need_no_key(company: Company, settings: Any) -> None:
    ways = caller(company.alice)
    assert ways.secret is not None
    assert ways.secret not in str(list(Token.objects.values()))
    settings.SECRET_KEY = NEW
    assert ways.get("/me").status == 200
    assert Caller(ways.secret[:-1]).get("/me").status == 401


@pytest.mark.long
def test_the_command_turns_the_key_of_an_installation(tmp_path: Path) -> None:
    environment = {**os.environ, "OPPORTUNE_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": ""}
    for name in ("OPPORTUNE_SECRET_KEY", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)

    def opportune(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "opportune", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert opportune("migrate").returncode == 0
    [old] = kept_keys(tmp_path / "secret.key")
    said = opportune("rotate-key")
    assert said.returncode == 0
    new, kept = kept_keys(tmp_path / "secret.key")
    assert (kept, new in said.stdout + said.stderr) == (old, False)
    assert opportune("rotate-key", "--forget-old").returncode == 0
    assert kept_keys(tmp_path / "secret.key") == [new]
    environment["OPPORTUNE_SECRET_KEY"] = NEW
    assert "OPPORTUNE_OLD_SECRET_KEYS" in opportune("rotate-key").stdout
    assert kept_keys(tmp_path / "secret.key") == [new]
