"""Everything an install can set, read once and loudly: TINCAY_… variables, listed in docs/operating.md."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(BaseSettings):
    """The install's own choices. A wrong or missing value stops the start with the variable's name."""

    # A mistyped address of the database holds its password: no error repeats a value.
    model_config = SettingsConfigDict(env_prefix="TINCAY_", hide_input_in_errors=True)

    data: Path = BASE_DIR / ".data"
    database: str = ""
    secret_key: SecretStr = SecretStr("")
    hosts: list[str] = ["127.0.0.1", "localhost", "[::1]"]
    https: bool = False
    pack: str = "vn"
    origin: str = "tincay.invalid/log"
    witness_quorum: int = 0
    witnesses: list[str] = []
    exit_address: str = "https://vi.wikipedia.org/"
    notice_webhook: str = ""
    backup_days: int = 30
    timer: bool | None = None
    debug: bool = False

    @field_validator("pack")
    @classmethod
    def _has_its_folder(cls, name: str) -> str:
        if not (BASE_DIR / "packs" / name / "pack.toml").is_file():
            raise ValueError("there is no such country pack")
        return name

    @field_validator("origin")
    @classmethod
    def _can_be_signed_under(cls, name: str) -> str:
        if not name or "+" in name or any(letter.isspace() for letter in name):
            raise ValueError("a log's name has no spaces and no plus")
        return name

    @field_validator("database")
    @classmethod
    def _is_postgresql(cls, address: str) -> str:
        if address and urlsplit(address).scheme not in ("postgresql", "postgres"):
            raise ValueError("empty for SQLite, or a postgresql:// address")
        return address


environment = Environment()


def secret_key(folder: Path, given: str) -> str:
    """The key that signs sessions: the environment's, else the one kept in the data folder.

    It opens no report; losing it only signs everybody out.
    """
    if given:
        return given
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "session.key"
    if not path.exists():
        from django.core.management.utils import get_random_secret_key

        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


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
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),  # sslmode and the like
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


TINCAY_DATA = environment.data
TINCAY_HTTPS = environment.https
TINCAY_PACK = environment.pack
TINCAY_PACKS = BASE_DIR / "packs"
TINCAY_ORIGIN = environment.origin
TINCAY_WITNESS_QUORUM = environment.witness_quorum
TINCAY_WITNESSES = environment.witnesses
TINCAY_EXIT_ADDRESS = environment.exit_address
TINCAY_NOTICE_WEBHOOK = environment.notice_webhook
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
