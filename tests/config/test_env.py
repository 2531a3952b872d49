"""The environment: defaults, conversions and refusals."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from opportune.config.env import SETTINGS, BadSetting, Environment
from opportune.kernel.keys import NoKeys, kept_keys

ROOT = Path(__file__).resolve().parents[2]
NONSENSE = [
    ("OPPORTUNE_BACKUP_HOURS", "daily", "whole number"),
    ("OPPORTUNE_BACKUPS_KEPT", "0", "at least 1"),
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
    ("OPPORTUNE_LOG_FORMAT", "xml", "lines, json"),
    ("OPPORTUNE_SLOW_REQUEST_MS", "-1", "at least 0"),
    ("OPPORTUNE_SLOW_QUERY_MS", "half a second", "at least 0"),
    ("OPPORTUNE_METRICS", "yes", "off, loopback, secret"),
    ("OPPORTUNE_METRICS_SECRET", "hush", "32 characters"),
    ("OPPORTUNE_STOP_SECONDS", "0", "at least 1"),
    ("OPPORTUNE_REPLICA_LAG", "0", "at least 1"),
    ("OPPORTUNE_SESSION_IDLE_MINUTES", "1", "at least 5"),
    ("OPPORTUNE_SESSION_HOURS", "0", "at least 1"),
    ("OPPORTUNE_API_PER_MINUTE", "many", "whole number"),
    ("OPPORTUNE_API_FAILURES_PER_MINUTE", "-1", "at least 0"),
    ("OPPORTUNE_DATABASE_POOL", "-4", "at least 0"),
    ("OPPORTUNE_SERVER_SIDE_CURSORS", "maybe", "yes or no"),
    ("OPPORTUNE_SECRET_KEY", "hush", "32 characters"),
    ("OPPORTUNE_OLD_SECRET_KEYS", "hush", "32 characters"),
    ("OPPORTUNE_TRUSTED_PROXIES", "the proxy", "192.168.0.0/24"),
    ("OPPORTUNE_LARGEST_REQUEST", "0", "at least 1"),
    ("OPPORTUNE_OIDC_ISSUER", "http://sso.example.com", "https://"),
    ("DATABASE_REPLICA_URL", "postgres://replica/crm", "DATABASE_URL"),
]
# Any text makes sense for these.
ANYTHING = {
    "OPPORTUNE_DATA",
    "OPPORTUNE_ALLOWED_HOSTS",
    "OPPORTUNE_MAIL_FROM",
    "OPPORTUNE_BACKUPS",
    "OPPORTUNE_BACKUP_PASSPHRASE",
    "OPPORTUNE_OIDC_CLIENT_ID",
    "OPPORTUNE_OIDC_CLIENT_SECRET",
    "OPPORTUNE_OIDC_NAME",
}


def environment(**variables: str) -> Environment:
    return Environment(variables)


def test_nothing_has_to_be_set() -> None:
    environment().check()


def test_without_an_address_the_database_is_a_file_in_the_data_directory(tmp_path: Path) -> None:
    database = environment(OPPORTUNE_DATA=str(tmp_path)).database()
    assert database == {
        "ENGINE": "opportune.storage.sqlite",
        "NAME": str(tmp_path / "opportune.sqlite3"),
        "CONN_MAX_AGE": None,
    }


def test_a_postgres_address_is_taken_apart() -> None:
    database = environment(
        DATABASE_URL="postgres://sales:p%40ss@db.example:6432/crm?sslmode=require"
    ).database()
    parts = [database[name] for name in ("ENGINE", "NAME", "HOST", "PORT", "USER", "PASSWORD")]
    assert parts == ["opportune.storage.postgresql", "crm", "db.example", "6432", "sales", "p@ss"]
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


def test_a_replica_is_another_postgres_that_is_not_waited_for() -> None:
    given = environment(
        DATABASE_URL="postgres://db/crm", DATABASE_REPLICA_URL="postgres://reader@copy:5433/crm"
    )
    replica = given.replica()
    assert replica is not None
    assert (replica["HOST"], replica["PORT"], replica["USER"]) == ("copy", "5433", "reader")
    assert replica["OPTIONS"] == {"connect_timeout": 2}


def test_without_a_replica_there_is_none() -> None:
    assert environment(DATABASE_URL="postgres://db/crm").replica() is None


def test_metrics_for_who_knows_the_secret_need_one() -> None:
    secret = "s" * 32
    assert environment(OPPORTUNE_METRICS="secret", OPPORTUNE_METRICS_SECRET=secret).metrics() == (
        "secret",
        secret,
    )
    with pytest.raises(BadSetting, match="OPPORTUNE_METRICS_SECRET is empty"):
        environment(OPPORTUNE_METRICS="secret").check()


def test_checking_makes_no_secret(tmp_path: Path) -> None:
    environment(OPPORTUNE_DATA=str(tmp_path)).check()
    assert list(tmp_path.iterdir()) == []


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


@pytest.mark.parametrize(("name", "value", "advice"), NONSENSE)
def test_a_value_that_makes_no_sense_is_refused_with_advice(name: str, value: str, advice: str) -> None:
    with pytest.raises(BadSetting, match=name) as refusal:
        environment(**{name: value}).check()
    assert advice in str(refusal.value)


def test_nonsense_is_tried_with_every_setting() -> None:
    assert {name for name, _, _ in NONSENSE} | ANYTHING == {setting.name for setting in SETTINGS}


def test_every_default_makes_sense_when_it_is_written_out() -> None:
    environment(**{setting.name: setting.default for setting in SETTINGS}).check()


def test_nothing_is_read_from_the_environment_that_is_not_declared() -> None:
    declared = {setting.name for setting in SETTINGS}
    named = {
        name
        for module in (ROOT / "opportune").rglob("*.py")
        for name in re.findall(r"\b(?:OPPORTUNE|DATABASE)_[A-Z_]+\b", module.read_text(encoding="utf-8"))
    }
    assert named - {"DATABASE_ROUTERS"} == declared
    with pytest.raises(KeyError):
        environment().text("OPPORTUNE_UNDECLARED")


def test_the_environment_is_read_in_one_place() -> None:
    reading = {
        module.name
        for module in (ROOT / "opportune").rglob("*.py")
        if re.search(r"environ(?:\.get\(|\[)[^\]\n]*[\])](?! =)|getenv", module.read_text(encoding="utf-8"))
    }
    # The place of numbers is what the supervisor tells its children, not what a person sets.
    assert reading <= {"env.py", "exposition.py", "place.py"}


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
    with pytest.raises(NoKeys, match="holds no secret"):
        kept_keys(file)
