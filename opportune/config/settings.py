"""Django's settings. What an installation may change comes from `env.py`; the rest is decided here."""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from opportune.config.env import LANGUAGES as LANGUAGE_CODES
from opportune.config.env import LOG_FORMATS, LOG_LEVELS, read_environment
from opportune.config.providers import provider_of

PACKAGE = Path(__file__).resolve().parent.parent
ENVIRONMENT = read_environment()

DATA = ENVIRONMENT.data()
DEBUG = ENVIRONMENT.flag("OPPORTUNE_DEBUG")
SECRET_KEY = ENVIRONMENT.secret_key()
SECRET_KEY_FALLBACKS = ENVIRONMENT.old_secret_keys()
KEY_FILE = None if ENVIRONMENT.given_secret() else ENVIRONMENT.key_file()
BASE_URL = ENVIRONMENT.base_url()
OVER_TLS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts()
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies()
SINGLE_SIGN_ON = ENVIRONMENT.single_sign_on()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "opportune.config",
    "opportune.ledger",
    "opportune.identity",
    "opportune.reference",
    "opportune.mailing",
    "opportune.process",
    "opportune.customers",
    "opportune.campaigns",
    "opportune.opportunities",
    "opportune.activities",
    "opportune.search",
    "opportune.operations",
]
MIDDLEWARE = [
    "opportune.config.proxies.trusted_proxies",
    "opportune.operations.requests.RequestMiddleware",
    "opportune.config.headers.told_to_browsers",
    "opportune.config.headers.not_too_large",
    "opportune.operations.probes.ProbeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "opportune.identity.sign_in.sessions.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "opportune.config.urls"
WSGI_APPLICATION = "opportune.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "NAME": "jinja2",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "opportune.web.templating.environment",
            "context_processors": ["opportune.web.templating.whose"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

DATABASES = {"default": ENVIRONMENT.database()}
if replica := ENVIRONMENT.replica():
    DATABASES["replica"] = replica
    DATABASE_ROUTERS = ["opportune.storage.replica.ReplicaRouter"]
REPLICA_LAG = ENVIRONMENT.count("OPPORTUNE_REPLICA_LAG", at_least=1)
# In the database, so that limits on attempts hold for every process and survive a restart.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

# Backups

BACKUPS = ENVIRONMENT.backups()
BACKUP_HOURS = ENVIRONMENT.count("OPPORTUNE_BACKUP_HOURS", at_least=0)
BACKUPS_KEPT = ENVIRONMENT.count("OPPORTUNE_BACKUPS_KEPT", at_least=1)
BACKUP_PASSPHRASE = ENVIRONMENT.text("OPPORTUNE_BACKUP_PASSPHRASE")

# People

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "opportune.mailing.passwords.WordsOfHere"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "opportune.mailing.allauth.AccountAdapter"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/5m/key"}
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
SESSION_ENGINE = "opportune.identity.sign_in.sessions"
SESSION_IDLE_SECONDS = ENVIRONMENT.count("OPPORTUNE_SESSION_IDLE_MINUTES", at_least=5) * 60
SESSION_COOKIE_AGE = ENVIRONMENT.count("OPPORTUNE_SESSION_HOURS", at_least=1) * 60 * 60

MFA_ADAPTER = "opportune.identity.sign_in.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "add_webauthn": "opportune.identity.sign_in.forms.AddPasskey",
    "authenticate_webauthn": "opportune.identity.sign_in.forms.AuthenticateByPasskey",
    "login_webauthn": "opportune.identity.sign_in.forms.SignInByPasskey",
    "reauthenticate_webauthn": "opportune.identity.sign_in.forms.ReauthenticateByPasskey",
    "edit_webauthn": "opportune.identity.sign_in.forms.RenamePasskey",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are an administrator's; nobody claims one by themselves
MFA_TOTP_ISSUER = "Opportune"
MFA_TOTP_TOLERANCE = 1

SOCIALACCOUNT_ADAPTER = "opportune.identity.sign_in.adapters.ProviderAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"APPS": [provider_of(SINGLE_SIGN_ON)] if SINGLE_SIGN_ON else []}
}

# Words, dates and numbers

LANGUAGE_CODE = ENVIRONMENT.one_of("OPPORTUNE_LANGUAGE", LANGUAGE_CODES)
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = ENVIRONMENT.time_zone()
USE_TZ = True

# Static files: collected into the data directory at start, under names that carry a hash of their content

STATIC_URL = "static/"
STATIC_ROOT = DATA / "cache" / "static"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
# Only Opportune's own files: those that packages bring are not used and not served.
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA / "files")},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "opportune.config.static.HashedStaticFiles"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

# Mail

SMTP = ENVIRONMENT.smtp()
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if SMTP else 'dummy'}.EmailBackend"
globals().update(SMTP or {})
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.text("OPPORTUNE_MAIL_FROM")

# What a browser is told

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "report-uri": "/csp-report/",
        "report-to": "csp",
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# A cookie whose name begins so is taken by browsers only over TLS, from this very host, for all of it.
COOKIES_BEGIN = "__Host-" if OVER_TLS else ""
SESSION_COOKIE_NAME = f"{COOKIES_BEGIN}opportune_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = OVER_TLS
CSRF_COOKIE_NAME = f"{COOKIES_BEGIN}opportune_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [BASE_URL]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_HSTS_SECONDS = 31_536_000 if OVER_TLS else 0
# Granian speaks plain HTTP, so an https base URL means a proxy in front that sets this header itself; what others
# say in it does not arrive here (`proxies.py`).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if OVER_TLS else None

# What a request may hold. Nothing is uploaded yet, so parts that are files are read past and kept nowhere.

LARGEST_REQUEST = ENVIRONMENT.count("OPPORTUNE_LARGEST_REQUEST", at_least=1) * 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = min(LARGEST_REQUEST, 2_500_000)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_HANDLERS: list[str] = []

API_PER_MINUTE = ENVIRONMENT.count("OPPORTUNE_API_PER_MINUTE", at_least=0)
API_FAILURES_PER_MINUTE = ENVIRONMENT.count("OPPORTUNE_API_FAILURES_PER_MINUTE", at_least=0)

# What whoever keeps it running is told

METRICS, METRICS_SECRET = ENVIRONMENT.metrics()
SLOW_REQUEST_MS = ENVIRONMENT.count("OPPORTUNE_SLOW_REQUEST_MS", at_least=0)
SLOW_QUERY_MS = ENVIRONMENT.count("OPPORTUNE_SLOW_QUERY_MS", at_least=0)
STOP_SECONDS = ENVIRONMENT.count("OPPORTUNE_STOP_SECONDS", at_least=1)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {"()": "opportune.operations.logs.Lines"},
        "json": {"()": "opportune.operations.logs.JsonLines"},
    },
    "filters": {"no_secrets": {"()": "opportune.kernel.redaction.NoSecrets"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": ENVIRONMENT.one_of("OPPORTUNE_LOG_FORMAT", LOG_FORMATS),
            "filters": ["no_secrets"],
        }
    },
    "root": {"handlers": ["stderr"], "level": ENVIRONMENT.one_of("OPPORTUNE_LOG_LEVEL", LOG_LEVELS)},
    "loggers": {
        "django": {"handlers": [], "level": "NOTSET", "propagate": True},
        # Refusals have the line of their request; what went wrong inside keeps its traceback.
        "django.request": {"level": "ERROR"},
    },
}
