"""The settings of the tests: those of Opportune, in a data directory of their own, with quick passwords."""

import os
import tempfile

data = tempfile.TemporaryDirectory(prefix="opportune-tests-")  # deleted when the tests end
os.environ.setdefault("OPPORTUNE_DATA", data.name)
os.environ["OPPORTUNE_SECRET_KEY"] = "only for tests, where nothing is worth keeping secret"
os.environ["OPPORTUNE_DATABASE_POOL"] = "0"
os.environ["OPPORTUNE_BACKUP_HOURS"] = "0"
# Many tests stop the clock years away; those of sessions set limits of their own.
os.environ["OPPORTUNE_SESSION_HOURS"] = "1000000"
os.environ["OPPORTUNE_SESSION_IDLE_MINUTES"] = "60000000"
os.environ["OPPORTUNE_API_PER_MINUTE"] = os.environ["OPPORTUNE_API_FAILURES_PER_MINUTE"] = "0"

from opportune.config.settings import *
from opportune.config.settings import DATA, DATABASES, STORAGES

if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"] = {"NAME": str(DATA / "tests.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
