"""What Django is told, from what the install sets (tincay.environment)."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from tincay.environment import BASE_DIR, read_environment

environment = read_environment()


def secret_key(folder: Path, given: str) -> str:
    """The key that signs sessions: the environment's, else the one kept in the data folder.

    It opens no report; losing it only signs everybody out.
    """
    if given:
        return given
    path = folder / "session.key"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            from django.core.management.utils import get_random_secret_key

            path.touch(mode=0o600)
            path.write_text(get_random_secret_key())
        return path.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path}: {error.strerror}. The folder of TINCAY_DATA has to belong to this user, on a disk with room"
        ) from None


def database(address: str, folder: Path) -> dict[str, Any]:
    """SQLite in the data folder, or the PostgreSQL of a postgresql:// address."""
    if not address:
        return {
            "ENGINE": "tincay.web.sqlite3",
            "NAME": folder / "tincay.sqlite3",
            "OPTIONS": {
                # One writer at a time by design (web.writing); IMMEDIATE so that nobody upgrades half-way.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: a receipt is shown only for what is on the disk. secure_delete: erased is overwritten.
                # recursive_triggers: what is written once cannot be replaced either.
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA secure_delete=ON;"
                "PRAGMA recursive_triggers=ON;",
            },
            "CONN_MAX_AGE": None,
        }
    parts = urlsplit(address)
    return {
        "ENGINE": "tincay.web.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        # Values never become part of a statement, and what is asked again and again is planned once a connection.
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 2} | dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


TINCAY_DATA = environment.data
DEMO_KEY_FILE = "install.demo.key"
# Whoever can write rows cannot make a demo of a real install: a demo's own key lies in its data folder as well.
TINCAY_DEMO = (environment.data / DEMO_KEY_FILE).exists()
TINCAY_HTTPS = environment.https
TINCAY_PACK = environment.pack
TINCAY_PACKS = BASE_DIR / "packs"
TINCAY_ORIGIN = environment.origin
TINCAY_WITNESS_QUORUM = environment.witness_quorum
TINCAY_WITNESSES = environment.witnesses
TINCAY_EXIT_ADDRESS = environment.exit_address
TINCAY_NOTICE_WEBHOOK = environment.notice_webhook
TINCAY_NOTICE_SECRET = environment.notice_secret.get_secret_value()
TINCAY_MAIL_HOST = environment.mail_host
TINCAY_MAIL_PORT = environment.mail_port
TINCAY_MAIL_TLS = environment.mail_tls
TINCAY_MAIL_USER = environment.mail_user
TINCAY_MAIL_PASSWORD = environment.mail_password.get_secret_value()
TINCAY_MAIL_FROM = environment.mail_from
TINCAY_BACKUP_DAYS = environment.backup_days
# One process serves SQLite, so the scheduled work is done there; on PostgreSQL something outside calls `tick`.
TINCAY_TIMER = environment.timer if environment.timer is not None else not environment.database

SECRET_KEY = secret_key(environment.data, environment.secret_key.get_secret_value())
DEBUG = environment.debug
ALLOWED_HOSTS = environment.hosts
DATABASES = {"default": database(environment.database, environment.data)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "tincay.demo",
    "tincay.operations",
    "tincay.desk",
    "tincay.visit",
    "tincay.estimates",
    "tincay.intake",
    "tincay.reports",
    "tincay.vault",
    "tincay.directory",
    "tincay.people",
    "tincay.releases",
    "tincay.log",
    "tincay.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "tincay.web.headers.BehindTls",
    # First, so that pages and static files alike travel small; Django pads what it compresses (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tincay.web.headers.PageHeaders",
    "tincay.web.in_the_clear.ServerOfItsOwn",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tincay.people.activity.IdleEnd",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "tincay.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("tincay.web.loader.Loader", ["django.template.loaders.app_directories.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tincay.web.context.install",
                "tincay.people.permissions.staff_context",
            ],
            "builtins": ["django.templatetags.i18n", "tincay.web.templatetags.furniture"],
        },
    }
]
FORM_RENDERER = "tincay.web.forms.Renderer"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = environment.data / "static"
WHITENOISE_USE_FINDERS = True


def static_headers(headers: Any, path: str, url: str) -> None:
    """whitenoise wants the function itself, which needs the settings to be read first."""
    from tincay.web.headers import add_static_headers

    add_static_headers(headers, path, url)


WHITENOISE_ADD_HEADERS_FUNCTION = static_headers

# Sign-in is for staff only; reporters have no account and no session.
AUTH_USER_MODEL = "people.User"
# One of them, so that one attempt costs one hash, whether there is such a name or not.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "tincay.people.passwords.LongEnough"},
    {"NAME": "tincay.people.passwords.NotTriedFirst"},
    {"NAME": "tincay.people.passwords.NotTheName"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_ADAPTER = "tincay.people.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# No address is read. What is counted by name locks out machines that nobody knows; who came in before on a machine is
# counted by its own cookie (people.accounts), and a passkey is not counted at all.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "5/5m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
ACCOUNT_FORMS = {
    "login": "tincay.people.forms.SignIn",
    "reauthenticate": "tincay.people.forms.Again",
    "change_password": "tincay.people.forms.NewPassword",
}
MFA_ADAPTER = "tincay.people.accounts.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]
# The code before and after count too (RFC 6238, 5.2): nobody is turned away at the half-minute.
MFA_TOTP_TOLERANCE = 1
MFA_RATE_LIMITS = {"webauthn_login": None}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not environment.https
MFA_FORMS = {
    "authenticate": "tincay.people.forms.SecondFactor",
    "reauthenticate": "tincay.people.forms.SecondFactorAgain",
    "activate_totp": "tincay.people.forms.NewApp",
    "add_webauthn": "tincay.people.forms.NewPasskey",
}

SESSION_ENGINE = "tincay.people.sessions"
# No other site, and nothing that came without TLS, can set a cookie of such a name.
COOKIE_PREFIX = "__Host-" if environment.https else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}desk"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_AGE = None  # until the browser is closed
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = environment.https
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tincay.web.views.stale_form"
CSRF_USE_SESSIONS = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_HSTS_SECONDS = 31_536_000 if environment.https else 0
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# What is posted stays in memory: nothing typed or sealed is ever spooled to a temporary file.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "worker-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# No line of any log may hold a path with a query, an address or a body: it says what failed where, no more. What a
# visitor did wrong (4xx) is no line at all: each would be the time of a visit. No logger is disabled, and those for
# which Django and granian have handlers of their own lose them: everything goes through the one filter.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"plain": {"()": "tincay.web.logs.WithoutDetails"}},
    "formatters": {"line": {"format": "{levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["plain"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "ERROR", "propagate": True},
        "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
        "_granian": {"handlers": [], "level": "ERROR", "propagate": True},
        "granian.access": {"handlers": [], "level": "CRITICAL", "propagate": True},
    },
}


def cache(address: str) -> dict[str, Any]:
    """Failed sign-ins and used codes: where several processes serve, they have to count as one.

    Room for more than can come in while an entry counts: else a flood of made-up names would push counts out.
    """
    options = {"OPTIONS": {"MAX_ENTRIES": 50_000}}
    if address:
        return {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "web_cache", **options}
    return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", **options}


CACHES = {"default": cache(environment.database)}
