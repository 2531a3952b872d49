"""The environment: defaults, conversions and refusals."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from opportune.config.env import BadSetting, Environment
from opportune.config.keys import kept_keys


def environment(**variables: str) -> Environment:
    return Environment(variables)


def test_nothing_has_to_be_set() -> None:
    environment().check()


def test_without_an_address_the_database_is_a_file_in_the_data_directory(tmp_path: Path) -> None:
    database = environment(OPPORTUNE_DATA=str(tmp_path)).database()
    assert database == {"ENGINE": "opportune.storage.sqlite", "NAME": str(tmp_path / "opportune.sqlite3")}


def test_a_postgres_address_is_taken_apart() -> None:
    database = environment(
        DATABASE_URL="postgres://sales:p%40ss@db.example:6432/crm?sslmode=require"
    ).database()
    parts = [database[name] for name in ("ENGINE", "NAME", "HOST", "PORT", "USER", "PASSWORD")]
    assert parts == ["django.db.backends.postgresql", "crm", "db.example", "6432", "sales", "p@ss"]
    assert database["OPTIONS"]["sslmode"] == "require"
    assert database["OPTIONS"]["pool"]["max_size"] == 8


def test_a_socket_directory_may_stand_for_the_host() -> None:
    database = environment(DATABASE_URL="postgres://crm@/crm?host=/run/postgresql").database()
    assert (database["HOST"], database["USER"], database["NAME"]) == ("/run/postgresql", "crm", "crm")


def test_behind_a_bouncer_there_is_no_pool_and_no_cursor_on_the_server() -> None:
    database = environment(
        DATABASE_URL="postgres://db/crm", OPPORTUNE_DATABASE_POOL="0", OPPORTUNE_SERVER_SIDE_CURSORS="no"
    ).database()
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert "pool" not in database["OPTIONS"]


def test_a_mail_server_is_taken_apart() -> None:
    smtp = environment(OPPORTUNE_SMTP_URL="smtp://me:secret@mail.example:587").smtp()
    assert smtp is not None
    assert (smtp["EMAIL_HOST"], smtp["EMAIL_PORT"], smtp["EMAIL_USE_TLS"]) == ("mail.example", 587, True)


def test_without_a_mail_server_there_is_none() -> None:
    assert environment().smtp() is None


def test_the_host_of_the_base_url_is_answered_to() -> None:
    hosts = environment(
        OPPORTUNE_BASE_URL="https://crm.example/", OPPORTUNE_ALLOWED_HOSTS="a.example, b.example"
    )
    assert hosts.allowed_hosts()[-3:] == ["crm.example", "a.example", "b.example"]


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("DATABASE_URL", "mysql://db/crm", "postgres://"),
        ("DATABASE_URL", "postgres://db:no-port/crm", "postgres://"),
        ("DATABASE_URL", "postgres://db/", "names no database"),
        ("OPPORTUNE_DEBUG", "perhaps", "yes or no"),
        ("OPPORTUNE_BASE_URL", "crm.example", "http://"),
        ("OPPORTUNE_BASE_URL", "https://crm.example/sales", "http://"),
        ("OPPORTUNE_SMTP_URL", "mail.example", "smtp://"),
        ("OPPORTUNE_LANGUAGE", "de", "en, fr"),
        ("OPPORTUNE_TIME_ZONE", "Mars/Olympus", "Europe/Paris"),
        ("OPPORTUNE_LOG_LEVEL", "loud", "WARNING"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_with_advice(name: str, value: str, advice: str) -> None:
    with pytest.raises(BadSetting, match=name) as refusal:
        environment(**{name: value}).check()
    assert advice in str(refusal.value)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(BadSetting, match="32 characters"):
        environment(OPPORTUNE_SECRET_KEY="hush").secret_key()


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "data" / "secret.key"
    [first] = kept_keys(file)
    assert len(first) >= 50
    assert kept_keys(file) == [first]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_an_empty_secret_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.touch()
    with pytest.raises(BadSetting, match="holds no secret"):
        kept_keys(file)
