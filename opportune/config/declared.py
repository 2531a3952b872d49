"""Every environment variable Opportune reads; `docs/settings.md` lists the same table and a test compares the two."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, the default as the documentation shows it, and what it is for."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting(
        "OPPORTUNE_DATA", "./data", "The directory that holds the database, the secret key and the files."
    ),
    Setting(
        "DATABASE_URL",
        "",
        "Empty for SQLite in the data directory, or `postgres://user:password@host:5432/name`.",
    ),
    Setting(
        "OPPORTUNE_DATABASE_POOL", "8", "Most PostgreSQL connections a process keeps open; 0 for no pool."
    ),
    Setting(
        "OPPORTUNE_SERVER_SIDE_CURSORS",
        "yes",
        "Write `no` behind pgbouncer in transaction mode, which cannot keep a cursor or a plan between statements.",
    ),
    Setting(
        "OPPORTUNE_SECRET_KEY", "", "Signs sessions and links. Empty: `secret.key` in the data directory."
    ),
    Setting(
        "OPPORTUNE_OLD_SECRET_KEYS",
        "",
        "Keys that came before `OPPORTUNE_SECRET_KEY`, separated by commas: what they signed stays valid.",
    ),
    Setting("OPPORTUNE_DEBUG", "no", "Error pages with the source code. Never on a machine others reach."),
    Setting(
        "OPPORTUNE_ALLOWED_HOSTS",
        "",
        "Host names to answer to, separated by commas, besides this machine and the base URL.",
    ),
    Setting(
        "OPPORTUNE_BASE_URL",
        "http://127.0.0.1:8000",
        "The address people type, used in links that are mailed. With `https://`, cookies are sent over TLS only.",
    ),
    Setting(
        "OPPORTUNE_TRUSTED_PROXIES",
        "127.0.0.1, ::1",
        "Addresses or networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed; nobody else’s are.",
    ),
    Setting(
        "OPPORTUNE_SESSION_IDLE_MINUTES",
        "480",
        "Minutes without use after which a session ends; what a page asks for by itself is no use. At least 5.",
    ),
    Setting("OPPORTUNE_SESSION_HOURS", "168", "Hours after which a session ends, used or not."),
    Setting(
        "OPPORTUNE_API_PER_MINUTE",
        "600",
        "Requests of the API a minute that a person may make, in each process of the web server; 0 for any number.",
    ),
    Setting(
        "OPPORTUNE_API_FAILURES_PER_MINUTE",
        "30",
        "Requests of the API a minute that an address may make without a valid token, as above; 0 for any number.",
    ),
    Setting(
        "OPPORTUNE_LARGEST_REQUEST",
        "10",
        "The largest request that is read, in megabytes; a larger one is refused with 413.",
    ),
    Setting(
        "OPPORTUNE_OIDC_ISSUER",
        "",
        "The address of an OpenID Connect provider that people may sign in with. Empty: none.",
    ),
    Setting("OPPORTUNE_OIDC_CLIENT_ID", "", "The name by which the provider knows Opportune."),
    Setting("OPPORTUNE_OIDC_CLIENT_SECRET", "", "The secret Opportune shows the provider."),
    Setting("OPPORTUNE_OIDC_NAME", "OpenID Connect", "What the button for it says after “Sign in with”."),
    Setting(
        "OPPORTUNE_SMTP_URL",
        "",
        "`smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`. Empty: mails become links to copy.",
    ),
    Setting("OPPORTUNE_MAIL_FROM", "opportune@localhost", "The sender of every mail."),
    Setting("OPPORTUNE_LANGUAGE", "en", "The language of a visitor who has chosen none: `en` or `fr`."),
    Setting(
        "OPPORTUNE_TIME_ZONE", "UTC", "The time zone of whoever has chosen none, for instance `Europe/Paris`."
    ),
    Setting(
        "OPPORTUNE_BACKUPS",
        "",
        "The directory of the backups that are made without anybody asking. Empty: `backups` in the data directory.",
    ),
    Setting("OPPORTUNE_BACKUP_HOURS", "24", "Hours from one regular backup to the next; 0 makes none."),
    Setting("OPPORTUNE_BACKUPS_KEPT", "7", "How many regular backups are kept; older ones are deleted."),
    Setting(
        "OPPORTUNE_BACKUP_PASSPHRASE",
        "",
        "Encrypts every backup. Keep it elsewhere too: without it nobody can restore them.",
    ),
    Setting(
        "OPPORTUNE_LOG_LEVEL",
        "WARNING",
        "`DEBUG`, `INFO`, `WARNING` or `ERROR`; the log goes to stderr. `INFO` has a line for each request.",
    ),
    Setting(
        "OPPORTUNE_LOG_FORMAT", "lines", "`lines` for people to read, `json` for one JSON object a line."
    ),
    Setting(
        "OPPORTUNE_SLOW_REQUEST_MS",
        "2000",
        "A request that takes longer is a warning in the log; 0 for none.",
    ),
    Setting(
        "OPPORTUNE_SLOW_QUERY_MS", "500", "A statement that takes longer is a warning in the log; 0 for none."
    ),
    Setting(
        "OPPORTUNE_METRICS",
        "off",
        "Who may read `/metrics`: `off` for nobody, `loopback` for this machine, `secret` for a bearer of the secret.",
    ),
    Setting(
        "OPPORTUNE_METRICS_SECRET", "", "What `Authorization: Bearer` has to hold; at least 32 characters."
    ),
    Setting(
        "OPPORTUNE_STOP_SECONDS",
        "10",
        "How long requests and tasks under way may go on after SIGTERM, in seconds.",
    ),
    Setting(
        "DATABASE_REPLICA_URL",
        "",
        "A streaming replica of the PostgreSQL in `DATABASE_URL`, asked for pages and lists that only read.",
    ),
    Setting(
        "OPPORTUNE_REPLICA_LAG",
        "10",
        "The replica is left alone while it is more than this many seconds behind.",
    ),
)
