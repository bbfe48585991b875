"""Settings for tests: the same house, jobs run at once, mail stays in memory, files in a throw-away folder."""

import os
import tempfile

os.environ.setdefault("BINA_DATA_DIR", tempfile.mkdtemp(prefix="bina-tests-"))
os.environ["BINA_SECRET_KEY"] = "only-for-tests"
os.environ["BINA_DEMO"] = "0"

from bina.config.settings import *  # noqa: F403
from bina.config.settings import DATA_DIR, DATABASES

TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "media"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads and the write-ahead log behave as in production. No fsync: nobody pulls this plug.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
else:
    # What waits for a row longer than any test may last is a fault that is told, instead of a run that never ends.
    DATABASES["default"]["OPTIONS"]["options"] = "-c lock_timeout=90s -c idle_in_transaction_session_timeout=240s"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
