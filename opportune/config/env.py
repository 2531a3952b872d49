"""What the environment says, read once and refused when it makes no sense.

`SETTINGS` (`declared.py`) declares every variable Opportune reads, and nothing is read that is not declared there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

from opportune.config.addresses import BadSetting as BadSetting
from opportune.config.addresses import postgres, split
from opportune.config.declared import SETTINGS as SETTINGS
from opportune.config.providers import provider_found
from opportune.kernel.keys import NoKeys, kept_keys

YES = frozenset({"1", "yes", "true", "on"})
NO = frozenset({"0", "no", "false", "off"})
LANGUAGES = ("en", "fr")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("lines", "json")
METRICS = ("off", "loopback", "secret")
SECRET_LENGTH = 32
OLD_KEYS = "OPPORTUNE_OLD_SECRET_KEYS"


DEFAULTS = {setting.name: setting.default for setting in SETTINGS}
COUNTS = {
    "OPPORTUNE_DATABASE_POOL": 0,
    "OPPORTUNE_SLOW_REQUEST_MS": 0,
    "OPPORTUNE_SLOW_QUERY_MS": 0,
    "OPPORTUNE_STOP_SECONDS": 1,
    "OPPORTUNE_REPLICA_LAG": 1,
    "OPPORTUNE_SESSION_IDLE_MINUTES": 5,
    "OPPORTUNE_SESSION_HOURS": 1,
    "OPPORTUNE_API_PER_MINUTE": 0,
    "OPPORTUNE_API_FAILURES_PER_MINUTE": 0,
}
"""The settings that are whole numbers, and the least each may be."""


@dataclass(frozen=True)
class Environment:
    """The declared variables, converted. `variables` is `os.environ` except in tests."""

    variables: Mapping[str, str]

    def check(self) -> None:
        """Convert everything once, so that a command refuses at its start. Raises BadSetting."""
        self.base_url()
        self.database()
        self.smtp()
        self.time_zone()
        self.trusted_proxies()
        self.single_sign_on()
        self.given_old_secrets()
        self.count("OPPORTUNE_LARGEST_REQUEST", at_least=1)
        self.flag("OPPORTUNE_DEBUG")
        self.count("OPPORTUNE_BACKUP_HOURS", at_least=0)
        self.count("OPPORTUNE_BACKUPS_KEPT", at_least=1)
        self.one_of("OPPORTUNE_LANGUAGE", LANGUAGES)
        self.one_of("OPPORTUNE_LOG_LEVEL", LOG_LEVELS)
        self.one_of("OPPORTUNE_LOG_FORMAT", LOG_FORMATS)
        self.flag("OPPORTUNE_SERVER_SIDE_CURSORS")
        for name, least in COUNTS.items():
            self.count(name, at_least=least)
        self.given_secret()
        self.metrics()
        self.replica()

    def text(self, name: str) -> str:
        """The value without surrounding blanks, or the declared default when absent or empty."""
        return self.variables.get(name, "").strip() or DEFAULTS[name]

    def flag(self, name: str) -> bool:
        """Yes or no. Raises BadSetting for anything else."""
        value = self.text(name).lower()
        if value in YES:
            return True
        if value in NO:
            return False
        raise BadSetting(f"{name} is “{self.text(name)}”; write yes or no.")

    def count(self, name: str, *, at_least: int) -> int:
        """A whole number no smaller than `at_least`. Raises BadSetting."""
        value = self.text(name)
        if not value.isascii() or not value.isdigit() or int(value) < at_least:
            raise BadSetting(f"{name} is “{value}”; write a whole number of at least {at_least}.")
        return int(value)

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of the words in `allowed`. Raises BadSetting."""
        value = self.text(name)
        if value not in allowed:
            raise BadSetting(f"{name} is “{value}”; write one of {', '.join(allowed)}.")
        return value

    def names(self, name: str) -> list[str]:
        """The parts of a list separated by commas, without empty ones."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def data(self) -> Path:
        """The data directory as an absolute path; it need not exist yet."""
        return Path(self.text("OPPORTUNE_DATA")).expanduser().resolve()

    def backups(self) -> Path:
        """The directory of kept backups as an absolute path; it need not exist yet."""
        given = self.text("OPPORTUNE_BACKUPS")
        return Path(given).expanduser().resolve() if given else self.data() / "backups"

    def time_zone(self) -> str:
        """A name of the IANA time zone database. Raises BadSetting."""
        value = self.text("OPPORTUNE_TIME_ZONE")
        if value not in available_timezones():
            raise BadSetting(f"OPPORTUNE_TIME_ZONE is “{value}”; write a name such as Europe/Paris or UTC.")
        return value

    def base_url(self) -> str:
        """The public address without a final slash. Raises BadSetting."""
        value = self.text("OPPORTUNE_BASE_URL").rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
            raise BadSetting(
                f"OPPORTUNE_BASE_URL is “{value}”; write http:// or https://, a host and perhaps a port."
            )
        return value

    def allowed_hosts(self) -> list[str]:
        """Every host name answered to: this machine, the one of the base URL and those listed."""
        base = urlsplit(self.base_url()).hostname or ""
        listed = self.names("OPPORTUNE_ALLOWED_HOSTS")
        return list(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", base, *listed]))

    def secret_key(self) -> str:
        """The signing key: the variable, else the first line of the file in the data directory, made on first use."""
        return self.given_secret() or self._kept_keys()[0]

    def given_secret(self) -> str:
        """The signing key that the variable holds, or nothing. Raises BadSetting for a short one."""
        return self._long_enough("OPPORTUNE_SECRET_KEY")

    def old_secret_keys(self) -> list[str]:
        """The keys before this one, the latest first: what they signed or encrypted is still accepted."""
        return self.given_old_secrets() if self.given_secret() else self._kept_keys()[1:]

    def given_old_secrets(self) -> list[str]:
        """The earlier keys that the variable holds. Raises BadSetting for a short one."""
        return [self._demand_long(OLD_KEYS, key) for key in self.names(OLD_KEYS)]

    def _kept_keys(self) -> list[str]:
        try:
            return kept_keys(self.key_file())
        except NoKeys as refusal:
            raise BadSetting(str(refusal)) from None

    def key_file(self) -> Path:
        """Where the keys are kept that no variable gives."""
        return self.data() / "secret.key"

    def trusted_proxies(self) -> list[IPv4Network | IPv6Network]:
        """The networks whose word about the visitor is taken. Raises BadSetting."""
        try:
            return [ip_network(each) for each in self.names("OPPORTUNE_TRUSTED_PROXIES")]
        except ValueError:
            raise BadSetting(
                "OPPORTUNE_TRUSTED_PROXIES names no networks; write addresses such as 10.0.0.1, 192.168.0.0/24."
            ) from None

    def single_sign_on(self) -> dict[str, str] | None:
        """The OpenID Connect provider: its issuer, name, client id and secret; none when not set. Raises BadSetting."""
        return provider_found(
            self.text("OPPORTUNE_OIDC_ISSUER").rstrip("/"),
            name=self.text("OPPORTUNE_OIDC_NAME"),
            client_id=self.text("OPPORTUNE_OIDC_CLIENT_ID"),
            secret=self.text("OPPORTUNE_OIDC_CLIENT_SECRET"),
        )

    def metrics(self) -> tuple[str, str]:
        """Who may read the metrics, and the secret they send. Raises BadSetting, also for a secret left out."""
        readers = self.one_of("OPPORTUNE_METRICS", METRICS)
        secret = self._long_enough("OPPORTUNE_METRICS_SECRET")
        if readers == "secret" and not secret:
            raise BadSetting(
                "OPPORTUNE_METRICS_SECRET is empty; write at least 32 characters, or OPPORTUNE_METRICS=off."
            )
        return readers, secret

    def _long_enough(self, name: str) -> str:
        given = self.text(name)
        return self._demand_long(name, given) if given else ""

    def _demand_long(self, name: str, given: str) -> str:
        if len(given) < SECRET_LENGTH:
            raise BadSetting(
                f"{name} is too short to be a secret; write at least {SECRET_LENGTH} characters."
            )
        return given

    def database(self) -> dict[str, Any]:
        """Django's description of the database. Raises BadSetting for an address of another kind."""
        if not self.text("DATABASE_URL"):
            return {
                "ENGINE": "opportune.storage.sqlite",
                "NAME": str(self.data() / "opportune.sqlite3"),
                "CONN_MAX_AGE": None,
            }
        return self._postgres("DATABASE_URL", pool=self.count("OPPORTUNE_DATABASE_POOL", at_least=0))

    def replica(self) -> dict[str, Any] | None:
        """Django's description of the replica, or None without one. Raises BadSetting."""
        if not self.text("DATABASE_REPLICA_URL"):
            return None
        if not self.text("DATABASE_URL"):
            raise BadSetting("DATABASE_REPLICA_URL needs a DATABASE_URL, since SQLite has no replicas.")
        # Without a pool, which would wait for a replica that is down instead of letting the primary answer.
        described = self._postgres("DATABASE_REPLICA_URL", pool=0)
        described["OPTIONS"].setdefault("connect_timeout", 2)
        return {**described, "TEST": {"MIRROR": "default"}}

    def _postgres(self, name: str, *, pool: int) -> dict[str, Any]:
        cursors = self.flag("OPPORTUNE_SERVER_SIDE_CURSORS")
        return postgres(name, self.text(name), pool=pool, cursors=cursors)

    def smtp(self) -> dict[str, Any] | None:
        """Django's EMAIL_* settings, or None when no mail server is set. Raises BadSetting."""
        url = self.text("OPPORTUNE_SMTP_URL")
        if not url:
            return None
        parts = split("OPPORTUNE_SMTP_URL", url, ("smtp", "smtps"), "smtp://user:password@host:587")
        if not parts.hostname:
            raise BadSetting("OPPORTUNE_SMTP_URL names no host; write smtp://user:password@host:587.")
        tls_from_start = parts.scheme == "smtps"
        return {
            "EMAIL_HOST": parts.hostname,
            "EMAIL_PORT": parts.port or (465 if tls_from_start else 587),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": tls_from_start,
            "EMAIL_USE_TLS": not tls_from_start and parts.port != 25,
            "EMAIL_TIMEOUT": 20,
        }


def read_environment() -> Environment:
    """The process's own environment."""
    return Environment(os.environ)
