"""How one installation of Bina is set up; everything an operator may change is an environment variable."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

django_stubs_ext.monkeypatch()

PACKAGE_DIR = Path(__file__).resolve().parent.parent
PROJECT_DIR = PACKAGE_DIR.parent.parent
DATA_DIR = Path(os.environ.get("BINA_DATA_DIR") or PROJECT_DIR / "data").resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)


def _flag(name: str, default: bool = False) -> bool:
    """An environment switch: 1, true, yes or on."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def _secret_key() -> str:
    """The installation's own key: given by the operator, else made once and kept in the data folder."""
    given = os.environ.get("BINA_SECRET_KEY")
    if given:
        return given
    path = DATA_DIR / "secret.key"
    if not path.exists():
        # Created with owner-only rights before anything is written into it.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(64))
    return path.read_text().strip()


def _database(url: str | None) -> dict[str, Any]:
    """Django's database entry for a URL; without one, a single SQLite file in the data folder."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "bina.sqlite3",
            "OPTIONS": {
                # Writers queue at BEGIN instead of failing half-way through a transaction.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # FULL: what was confirmed survives a power cut, at the price of one fsync per commit.
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                    "PRAGMA cache_size=-65536; PRAGMA mmap_size=536870912; PRAGMA temp_store=MEMORY;"
                ),
            },
            "CONN_MAX_AGE": None,
        }
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        entry = _database(None)
        entry["NAME"] = parts.path or DATA_DIR / "bina.sqlite3"
        return entry
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must begin with postgresql:// or sqlite://")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or query.pop("port", "")),
        # Our prepared questions keep their plans on the server; ``?prepare=no`` for poolers that hand connections around.
        "OPTIONS": {"prepare_threshold": None if query.pop("prepare", "") == "no" else 5, **query},
        "CONN_MAX_AGE": None,
    }


SECRET_KEY = _secret_key()
DEBUG = _flag("BINA_DEBUG")
DEMO = _flag("BINA_DEMO", default=(DATA_DIR / "demo.flag").exists())
BASE_URL = os.environ.get("BINA_BASE_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}").rstrip("/")
HTTPS = BASE_URL.startswith("https://")
_host = urlsplit(BASE_URL).hostname or "127.0.0.1"
ALLOWED_HOSTS = [*os.environ.get("BINA_ALLOWED_HOSTS", "").replace(",", " ").split(), _host, "127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SITE_NAME = "Bina"

INSTALLED_APPS = [
    "bina.config.apps.ConfigConfig",
    "bina.demo",
    "bina.portal",
    "bina.integrations.packages",
    "bina.integrations.scorm",
    "bina.integrations.h5p",
    "bina.integrations.cmi5",
    "bina.integrations.common_cartridge",
    "bina.integrations.lti",
    "bina.evaluation",
    "bina.planning",
    "bina.credentials",
    "bina.learning",
    "bina.assessment",
    "bina.competencies",
    "bina.records",
    "bina.people",
    "bina.journal",
    "bina.design",
    "bina.foundation",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "treebeard",
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bina.config.middleware.CompressedPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "bina.people.middleware.AccountOfSession",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "bina.config.middleware.ContentSecurityPolicy",
    "bina.config.middleware.RefusalPages",
]

ROOT_URLCONF = "bina.config.urls"
WSGI_APPLICATION = "bina.config.wsgi.application"

_apps_with_templates = [
    "config", "demo", "portal", "evaluation", "planning", "credentials", "learning",
    "assessment", "competencies", "records", "people", "journal", "design", "integrations/packages",
    "integrations/lti",
    "integrations/cmi5",
]  # fmt: skip
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE_DIR / app / "templates" for app in _apps_with_templates],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "bina.design.environment.environment",
            "extensions": ["jinja2.ext.i18n", "jinja2.ext.do"],
            "trim_blocks": True,
            "lstrip_blocks": True,
            "auto_reload": DEBUG,
            "context_processors": ["bina.design.environment.words_of_request"],
        },
    },
    {
        # Django's own engine serves the admin and the mails of third-party packages.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": _database(os.environ.get("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": [],
    }
}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["bina.people.backends.NumberOrEmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "account_login"
SESSION_ENGINE = "bina.people.sessions"
SESSION_COOKIE_NAME = "bina_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "bina.config.views.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "SAMEORIGIN"

ACCOUNT_ADAPTER = "bina.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_FORMS = {"login": "bina.people.forms.SignInForm", "reset_password": "bina.people.forms.ResetRequestForm"}
# Failed sign-ins are counted per known device in bina.people (nobody can lock a colleague out).
ACCOUNT_RATE_LIMITS = {"login": "", "login_failed": "10/5m/key,60/m/ip", "reset_password": "30/m/ip,5/h/key"}
# Behind a reverse proxy the address that limits apply to is told by the proxy; say how many of them are trusted.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("BINA_TRUSTED_PROXIES", "0"))
MFA_ADAPTER = "bina.people.adapters.MfaAdapter"
MFA_FORMS = {
    "login_webauthn": "bina.people.forms.PasskeySignInForm",
    "authenticate_webauthn": "bina.people.forms.PasskeyStepForm",
    "reauthenticate_webauthn": "bina.people.forms.PasskeyConfirmForm",
    "add_webauthn": "bina.people.forms.PasskeyAddForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
# A code typed in its last second, or on a phone whose clock is off by half a minute, still counts (RFC 6238, 5.2).
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
USERSESSIONS_TRACK_ACTIVITY = False

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Bahasa Indonesia")), ("en", _("Inggris"))]
LANGUAGE_COOKIE_NAME = "bina_language"
LOCALE_PATHS = [PACKAGE_DIR / "config" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = PROJECT_DIR / "build" / "static"
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_MAX_AGE = 31_536_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
# One request of a client of the learning record store, attachments included.
RECORDS_LIMIT_MB = int(os.environ.get("BINA_RECORDS_LIMIT_MB", "50"))
# What comes in portions and can be resumed: one file, and everything that one author has not used yet.
LARGE_UPLOAD_LIMIT_MB = int(os.environ.get("BINA_LARGE_UPLOAD_LIMIT_MB", "5120"))
UPLOAD_QUOTA_MB = int(os.environ.get("BINA_UPLOAD_QUOTA_MB", "15360"))
# What is sent with a form in one go.
UPLOAD_LIMIT_MB = int(os.environ.get("BINA_UPLOAD_LIMIT_MB", "200"))

EMAIL_HOST = os.environ.get("BINA_EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("BINA_EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("BINA_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("BINA_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = _flag("BINA_EMAIL_TLS", default=True)
# Without a mail server letters are kept as files, so that nothing is lost and a newcomer can read them.
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("BINA_EMAIL_FROM", "Bina <bina@localhost>")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("BINA_LOG_LEVEL", "WARNING")},
}
