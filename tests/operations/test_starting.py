"""Preparing an installation: a new one gets what ships, an old one stays as it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import LazySettings

from opportune.identity.actions import create_user
from opportune.identity.actor import system_actor
from opportune.identity.models import Role, SetupLink, User
from opportune.ledger.models import ChangeSet
from opportune.operations.exposure import exposure_refusal, is_loopback
from opportune.operations.starting import install, keep_from_others, migrate, prepare
from opportune.operations.static_files import collect_static_files, fingerprint
from opportune.process.models import Process
from opportune.reference.models import Currency

pytestmark = pytest.mark.django_db


def make_user(*, demo_password: bool) -> None:
    create_user(
        system_actor("test"),
        email="alice@example.com",
        name="Alice",
        password="correct horse battery",
        roles=[],
        demo_password=demo_password,
    )


def test_a_new_installation_has_what_ships() -> None:
    migrate()
    assert Role.objects.exists()
    assert Process.objects.exists()
    assert Currency.objects.exists()


def test_migrating_again_changes_nothing() -> None:
    install()
    before = ChangeSet.objects.count()
    migrate()
    assert ChangeSet.objects.count() == before


def test_where_nobody_can_sign_in_there_is_a_link_to_begin() -> None:
    assert any("http://127.0.0.1:8123/set-up/" in line for line in prepare(empty=True, port=8123))
    assert SetupLink.objects.count() == 1


def test_an_installation_begun_empty_never_gets_the_demo_company() -> None:
    list(prepare(empty=True, port=8123))
    assert any("/set-up/" in line for line in prepare(empty=False, port=8123))
    assert not User.objects.exists()


def test_a_new_installation_gets_the_demo_company_and_says_who_may_sign_in() -> None:
    said = "\n".join(prepare(empty=False, port=8123))
    assert User.objects.filter(has_demo_password=True).exists()
    assert all(user.email in said for user in User.objects.all())


def test_where_somebody_can_sign_in_there_is_no_link() -> None:
    install()
    make_user(demo_password=False)
    assert list(prepare(empty=False, port=8123)) == []
    assert not SetupLink.objects.exists()


def test_static_files_are_collected_only_when_they_differ(settings: LazySettings, tmp_path: object) -> None:
    settings.DEBUG = False
    settings.STATIC_ROOT = str(tmp_path)
    assert collect_static_files()
    assert not collect_static_files()


def test_what_is_collected_otherwise_is_collected_anew(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = {"BACKEND": "opportune.config.static.HashedStaticFiles"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": hashed}
    before = fingerprint()
    assert fingerprint() == before
    monkeypatch.setattr("opportune.web.assets.ICONS", "signs.svg")
    assert fingerprint() != before


def test_two_starts_at_once_collect_one_after_the_other(settings: LazySettings, tmp_path: Path) -> None:
    settings.DEBUG = False
    settings.STATIC_ROOT = str(tmp_path / "static")
    with ThreadPoolExecutor(4) as starts:
        done = list(starts.map(lambda _: collect_static_files(), range(4)))
    assert sorted(done) == [False, False, False, True]


def test_demo_passwords_keep_others_out() -> None:
    install()
    make_user(demo_password=True)
    assert "demo password" in exposure_refusal("0.0.0.0")
    assert exposure_refusal("127.0.0.1") == ""


def test_without_demo_passwords_others_may_come_in() -> None:
    install()
    make_user(demo_password=False)
    assert exposure_refusal("0.0.0.0") == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "crm.example"])
def test_other_machines_are_known(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("mode", [0o644, 0o666, None])
def test_the_database_is_its_owners_alone(tmp_path: Path, mode: int | None) -> None:
    file = tmp_path / "opportune.sqlite3"
    if mode is not None:
        file.touch()
        file.chmod(mode)
    keep_from_others(file)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_directory_that_cannot_be_written_is_left_to_what_needs_it(tmp_path: Path) -> None:
    keep_from_others(tmp_path / "absent" / "opportune.sqlite3")
    assert not (tmp_path / "absent").exists()
