"""Settings, read from the environment; every default runs. docs/settings.md lists them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import environ
from kombu.entity import Queue

from dashboard.stack.addresses import broker_url, cache_url, embedded_database, embedded_redis, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Where what is made at run time lives: the secret key, collected static files, the embedded database.
STATE_DIR = Path(env("STATE_DIR", default="") or BASE_DIR / "var").resolve()

# --- Security -----------------------------------------------------------------------------------

SECRET_KEY = env("SECRET_KEY", default="") or secret_key(STATE_DIR)
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=False)
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=HTTPS)
# Probes of an orchestrator and of Prometheus speak plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "dashboard.views.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
TRUST_PROXY = env.bool("TRUST_PROXY", default=False)
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Subdomains and the preload list are promises about a whole domain: its owner makes them, not we.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# --- The project --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.postgres",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "results",
    "ingest",
    "dashboard",
]
MIDDLEWARE = [
    "dashboard.middleware.server_timing",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dashboard.middleware.security_headers",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    # For /admin/ alone: whoever does not ask who the reader is costs no query.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dashboard.views.errors.ErrorPages",
]
ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"
APPEND_SLASH = False
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Whether visitors may make accounts of their own; if not, they are made in /admin/.
SIGN_UP = env.bool("SIGN_UP", default=True)
LANGUAGE_CODE = "en-us"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.shell.shell",
                "dashboard.people.context.person",
            ]
        },
    }
]

# --- Static files: hashed names, compressed once ------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default="") or STATE_DIR / "static").resolve()
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_MANIFEST = env.bool("STATIC_MANIFEST", default=True)
STORAGES = {
    "staticfiles": {
        "BACKEND": "dashboard.staticfiles.BundlingStorage"
        if STATIC_MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
}
WHITENOISE_USE_FINDERS = DEBUG or not STATIC_MANIFEST

# --- PostgreSQL and Redis: the embedded ones unless named ----------------------------------------

EMBEDDED_DATABASE = not env("DATABASE_URL", default="")
EMBEDDED_REDIS = not env("REDIS_URL", default="")
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", default=0)

_database = embedded_database(STATE_DIR) if EMBEDDED_DATABASE else env.db_url("DATABASE_URL")
_database.setdefault("OPTIONS", {})
if DATABASE_POOL_SIZE:
    _database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": DATABASE_POOL_SIZE, "timeout": 10}
else:
    _database["CONN_MAX_AGE"] = 60
_database["CONN_HEALTH_CHECKS"] = True
DATABASES = {"default": _database}

REDIS_URL = embedded_redis(STATE_DIR) if EMBEDDED_REDIS else env("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": cache_url(REDIS_URL),
        "KEY_PREFIX": "treewatch",
        "TIMEOUT": 300,
    }
}

# --- Celery: messages only wake workers; what is due is a row in PostgreSQL ----------------------

CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# One try: without this, whoever wakes a worker would wait six seconds for a Redis that is away.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "max_retries": 1,
    "interval_start": 0,
}
CELERY_TASK_QUEUES = [Queue("ingest"), Queue("summaries"), Queue("notify")]
CELERY_TASK_DEFAULT_QUEUE = "ingest"
CELERY_TASK_ROUTES = {
    "results.*": {"queue": "summaries"},
    "ingest.*": {"queue": "ingest"},
    "dashboard.*": {"queue": "notify"},
}
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# A lost wake-up costs five seconds (the beat), a publisher waiting for a dead Redis costs more.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"

# --- The JSON API ------------------------------------------------------------------------------------

# Of one address.
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=1_200)
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None, "NUM_PROXIES": 1 if TRUST_PROXY else 0}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Treewatch",
    "DESCRIPTION": "Kernel test results: the listings and things of the pages, for scripts.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["dashboard.api.schema.only_data"],
    "POSTPROCESSING_HOOKS": ["dashboard.api.schema.add_components"],
    "DISABLE_ERRORS_AND_WARNINGS": True,
}

# --- The KernelCI API as a source ------------------------------------------------------------------

KERNELCI_API_URL = env("KERNELCI_API_URL", default="https://api.kernelci.org/latest")
# Whether the beat polls it; off, so that a demo does not.
KERNELCI_SYNC = env.bool("KERNELCI_SYNC", default=False)
# The KCIDB origin of its results.
KERNELCI_ORIGIN = env("KERNELCI_ORIGIN", default="maestro")
# Whether runs that people ordered (patch sets among them) are kept, or only the pipeline's.
KERNELCI_CUSTOM_RUNS = env.bool("KERNELCI_CUSTOM_RUNS", default=True)
# Hosts that the ends of logs are read from, for what did not pass.
KERNELCI_LOG_HOSTS = env.list("KERNELCI_LOG_HOSTS", default=["files.kernelci.org"])

# --- The log viewer ----------------------------------------------------------------------------------

# Hosts that whole logs are fetched from, by https; plain http where an entry begins with http://.
LOG_HOSTS = env.list(
    "LOG_HOSTS", default=["files.kernelci.org", "storage.kernelci.org", "storage.tuxsuite.com"]
)
# Origins of these hosts that may be in a private network: for tests, which have no other.
LOG_PRIVATE_HOSTS: list[str] = []
LOG_SECONDS = env.float("LOG_SECONDS", default=15.0)
LOG_MAX_BYTES = env.int("LOG_MAX_BYTES", default=64 * 1024 * 1024)
LOG_CACHE_DIR = STATE_DIR / "log-cache"
LOG_CACHE_BYTES = env.int("LOG_CACHE_BYTES", default=1024**3)

# --- Results that are sent to us -------------------------------------------------------------------

# Where accepted bodies wait, and other folders of KCIDB's layout that are loaded from.
SPOOL_DIR = Path(env("SPOOL_DIR", default="") or STATE_DIR / "spool").resolve()
WATCHED_SPOOLS = env.list("WATCHED_SPOOLS", default=[])
SUBMIT_MAX_BYTES = env.int("SUBMIT_MAX_BYTES", default=512 * 1024 * 1024)
# A piece of 64 KiB must come in this time, and what takes longer in all gets half of the threads at most.
SUBMIT_PATIENCE_SECONDS = env.float("SUBMIT_PATIENCE_SECONDS", default=5.0)
# Per token; a token may have its own.
SUBMIT_REQUESTS_PER_MINUTE = env.int("SUBMIT_REQUESTS_PER_MINUTE", default=6_000)
SUBMIT_BYTES_PER_HOUR = env.int("SUBMIT_BYTES_PER_HOUR", default=20 * 1024**3)
# The names that KCIDB's intake gives them; both are tried. Without one, no JSON web token opens anything.
JWT_SECRETS = [secret for name in ("JWT_SECRET", "UNIFIED_SECRET") if (secret := os.environ.get(name, ""))]
# A KCIDB database to follow: any libpq string or URL.
KCIDB_DSN = os.environ.get("KCIDB_DSN", "")

# --- Retention: 0 keeps everything ------------------------------------------------------------------

# Days after which the beat prunes results, and files of submissions that were loaded.
KEEP_DAYS = env.int("KEEP_DAYS", default=0)
KEEP_FILES_DAYS = env.int("KEEP_FILES_DAYS", default=0)

# --- What `manage.py up` starts -------------------------------------------------------------------

BIND = env("BIND", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
WEB_WORKERS = env.int("WEB_WORKERS", default=2)
WEB_THREADS = env.int("WEB_THREADS", default=4)
WORKER_PROCESSES = env.int("WORKER_PROCESSES", default=2)
# Tests to generate when the database is empty; a database of your own stays empty unless you say so.
DEMO_TESTS = env.int("DEMO_TESTS", default=80_000 if EMBEDDED_DATABASE else 0)

# --- Mails and webhooks -----------------------------------------------------------------------------

_public = next((host for host in ALLOWED_HOSTS if re.search(r"^[^.*].*\.[a-z]", host)), "")
_site = f"{'https' if HTTPS else 'http'}://{_public}" if _public else f"http://127.0.0.1:{PORT}"
# What links in mails begin with, and the host in the names of mails.
SITE_URL: str = env("SITE_URL", default=_site).rstrip("/") + "/"
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="treewatch@localhost")
# smtp+tls://user:password@host:587; without one, mails are files in a folder.
EMAIL_URL = env("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = STATE_DIR / "mail"
EMAIL_TIMEOUT = 20
# Of one subscription; what is more comes together in one mail.
MAILS_PER_HOUR = env.int("MAILS_PER_HOUR", default=20)
# Plain http, for a network of your own.
WEBHOOK_HTTP = env.bool("WEBHOOK_HTTP", default=False)
# Hosts of webhooks (host or host:port) whose address may be in a private network.
WEBHOOK_PRIVATE_HOSTS = env.list("WEBHOOK_PRIVATE_HOSTS", default=[])
# Tries in a row that fail before a webhook is stopped.
WEBHOOK_TRIES = env.int("WEBHOOK_TRIES", default=8)

# --- Logging ------------------------------------------------------------------------------------

LOG_LEVEL = env("LOG_LEVEL", default="INFO")
LOG_FORMAT = env("LOG_FORMAT", default="text")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s"},
        "json": {"()": "dashboard.logging.JSONFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        # Every task's arrival and end, every five seconds: of interest only when searching.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
    },
}
