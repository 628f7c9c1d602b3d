"""All settings, from the environment.

The rule: one file, no second one for production. What is not given has a
default that is safe on loopback; with ``DEBUG=0`` and a hard-coded or empty
secret the process refuses to start.
"""

from __future__ import annotations

import sys
from typing import Any, Final

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from config.home import CHECKOUT, assay_home, kept_secret, running_broker

BASE_DIR = CHECKOUT
env = environ.Env()

# The one folder for database, files, keys and the embedded broker.
ASSAY_HOME = assay_home()
ASSAY_VERSION = "0.1.0"

DEBUG = env.bool("DEBUG", default=False)
SHORTEST_SECRET: Final = 32
WELL_KNOWN: Final = ("secret", "change", "insecure", "default", "example", "password")


def _secret() -> str:
    """Return the given secret, or the one that is made once and kept in ASSAY_HOME."""
    given: str = env("SECRET_KEY", default="")
    if "SECRET_KEY" not in env.ENVIRON:
        return kept_secret(ASSAY_HOME)
    is_weak = len(given) < SHORTEST_SECRET or given.lower().startswith(WELL_KNOWN) or "django-insecure" in given
    if is_weak and not DEBUG:
        message = (
            "SECRET_KEY is a well-known or short value and DEBUG is off. Give at least 32 random characters, "
            "or leave SECRET_KEY out: a secret is then made once and kept in ASSAY_HOME."
        )
        raise ImproperlyConfigured(message)
    return given


SECRET_KEY = _secret()
# The key that signs attestations and checkpoints, as PEM; without it one is made once and kept in ASSAY_HOME/keys.
SIGNING_KEY = env("SIGNING_KEY", default="")
SIGNING_ALGORITHM = env("SIGNING_ALGORITHM", default="ed25519")
# Public halves of keys that signed earlier, as PEM texts one after the other; beside those in ASSAY_HOME/keys.
EARLIER_KEYS = env("EARLIER_KEYS", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# Where people reach Assay; mail and print lead there.
ASSAY_URL = env("ASSAY_URL", default="http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# HTTPS=1 says that people reach Assay through TLS; on loopback they do not.
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = ["^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "registry",
    "governance",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "registry.http.ActorMiddleware",
    "registry.unsent.UnsentMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "registry.http.DomainErrorMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "registry.http.navigation",
            ],
        },
    }
]

_SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(ASSAY_HOME / "assay.sqlite3")}
DATABASES: dict[str, dict[str, Any]] = {"default": env.db("DATABASE_URL") if env("DATABASE_URL", default="") else _SQLITE}
DATABASES["default"]["CONN_MAX_AGE"] = 60
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # For registry.statements alone: Django's own cursors prepare nothing.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("prepare_threshold", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# One setting for broker and cache; Celery and redis-py spell a Unix socket differently. Without it, the broker of a
# running bin/serve is used; without that, the cache is local and asking for a job fails at once (the sweep asks again).
REDIS_URL: str = env("REDIS_URL", default="") or running_broker(ASSAY_HOME)
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1) or "redis://127.0.0.1:1/0"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL.replace("redis+socket://", "unix://", 1),
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
# Who knows what the claims of a card say: the registry asks by this name, because it does not look up to governance.
FIGURES_SOURCE = "governance.services.claims.figures"
LIVE_SOURCE = "governance.services.live.blocks"
EVALUATIONS_SOURCE = "governance.services.claims.evaluations_of"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = env.int("TASK_TIME_LIMIT", default=3600)
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    "max_retries": 0,
    "retry_on_timeout": False,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
EVALUATION_STALL_SECONDS = env.int("EVALUATION_STALL_SECONDS", default=60)
LOST_BELL_SECONDS = env.int("LOST_BELL_SECONDS", default=20)
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "governance.sweep", "schedule": env.float("SWEEP_SECONDS", default=15.0)},
    "checkpoint": {"task": "registry.take_checkpoint", "schedule": env.float("CHECKPOINT_SECONDS", default=3600.0)},
    "mail": {"task": "registry.send_mail", "schedule": env.float("MAIL_SWEEP_SECONDS", default=60.0)},
    "digests": {"task": "registry.send_digests", "schedule": crontab(hour=env.int("DIGEST_HOUR", default=6), minute=0)},
    "remind": {"task": "governance.remind", "schedule": env.float("REMIND_SECONDS", default=3600.0)},
    "register": {"task": "governance.request_register", "schedule": 21_600.0},
    "retention": {"task": "governance.delete_due_predictions", "schedule": 3600.0},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(ASSAY_HOME / "beat-schedule")

AUTH_USER_MODEL = "registry.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
IMPACT_OF_A_CHANGE = "governance.services.impact.sentences"  # who tells the registry whose approvals a change makes stale
CARRIED_FORWARD = "governance.services.carrying.carry_answers"  # what else goes from a version to the next
LOGIN_URL = "account_login"
CSRF_FAILURE_VIEW = "registry.unsent.csrf_failure"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "registry.http.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "registry.http.display_name"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = None
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
ACCOUNT_PREVENT_ENUMERATION = True
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
MFA_TOTP_ISSUER = "Assay"
_EMAIL = env.email("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = _EMAIL["EMAIL_BACKEND"], _EMAIL["EMAIL_HOST"], _EMAIL["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _EMAIL["EMAIL_HOST_USER"], _EMAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _EMAIL.get("EMAIL_USE_TLS", False), _EMAIL.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="assay@localhost")

LANGUAGE_CODE = "en"
# The pages speak English; what is printed speaks the language that is chosen for it.
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("da", "Dansk")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = ASSAY_HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = ASSAY_HOME / "files"
FILE_UPLOAD_TEMP_DIR = ASSAY_HOME / "tmp"
for folder in (STATIC_ROOT, MEDIA_ROOT, FILE_UPLOAD_TEMP_DIR):
    folder.mkdir(mode=0o700, exist_ok=True)
FILE_UPLOAD_PERMISSIONS = 0o600
# File names with a digest once the files are collected, which bin/serve does; straight from the sources until then.
_IS_COLLECTED = not DEBUG and ("collectstatic" in sys.argv[1:2] or (STATIC_ROOT / "staticfiles.json").exists())
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _IS_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = not _IS_COLLECTED

PREDICTIONS_MAX_BYTES = env.int("PREDICTIONS_MAX_BYTES", default=5 * 1024**3)
PREDICTIONS_UNMEASURED_DAYS = env.int("PREDICTIONS_UNMEASURED_DAYS", default=7)
EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MAX_BYTES", default=25 * 1024**2)
# What the rendering of one PDF may take: pages, seconds, and bytes of address space.
PDF_PAGES = env.int("PDF_PAGES", default=600)
PDF_SECONDS = env.int("PDF_SECONDS", default=300)
PDF_MEMORY = env.int("PDF_MEMORY", default=2 * 1024**3)
# The seal of PDFs: a PKCS #12 file and its password, else one is made and kept in ASSAY_HOME/keys; and a timestamp server.
PDF_PKCS12 = env("PDF_PKCS12", default="")
PDF_PKCS12_PASSWORD = env("PDF_PKCS12_PASSWORD", default="")
PDF_TIMESTAMP_URL = env("PDF_TIMESTAMP_URL", default="")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["registry.api.authentication.ActorAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Assay",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    # Jobs and releases both have a field called state.
    "ENUM_NAME_OVERRIDES": {"JobStateEnum": "governance.models.job.JobState"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
}
