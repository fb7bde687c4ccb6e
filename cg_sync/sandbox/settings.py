"""Django's settings; what differs from run to run is laid over these by `serve`."""

from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent

DEBUG = False
SECRET_KEY = "replaced at every start by serve()"
# Loopback names only: a page that rebinds its DNS name to 127.0.0.1 is refused.
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
    "cg_sync.sandbox.apps.SandboxConfig",
]
# Tables are made in one go from the models: a sandbox is born new and never migrated.
MIGRATION_MODULES = dict.fromkeys(("admin", "auth", "contenttypes", "sessions", "authtoken"))

MIDDLEWARE = [
    "cg_sync.sandbox.request_log.RequestLogMiddleware",
    "cg_sync.sandbox.faults.middleware.FaultMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "cg_sync.sandbox.urls"
STATIC_URL = "/static/"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ":memory:",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 30,
            # Taking the write lock up front lets writers queue, where a late upgrade would fail.
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; "
            "PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY;",
        },
    }
}
# The passwords are printed at every start; a slow hash would only make each log-in slow.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en-us"
# Refusals are for the client to read; only our own crashes are worth a line on stderr.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["cg_sync.sandbox.access.ReadOnlyUnlessSuperuser"],
    "DEFAULT_THROTTLE_CLASSES": ["cg_sync.sandbox.access.WindowThrottle"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "cg_sync.sandbox.listing.Pages",
    "DEFAULT_FILTER_BACKENDS": [
        "cg_sync.sandbox.filters.FieldFilters",
        "cg_sync.sandbox.listing.Sorting",
    ],
    "DEFAULT_METADATA_CLASS": "cg_sync.sandbox.listing.FilterMetadata",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "cg_sync.sandbox.errors.answer",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sandbox Omnitron",
    "VERSION": "1",
    "DESCRIPTION": (
        "A local stand-in for the Akinon Omnitron back office. Customer groups, their members and "
        "customer group settings are **extrapolated**: Omnitron publishes no page about them."
    ),
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": [],
    "SERVE_AUTHENTICATION": [],
    "SERVE_INCLUDE_SCHEMA": False,
}

# Laid over by serve().
SANDBOX_MAX_PAGE_SIZE = 1000
SANDBOX_THROTTLE: tuple[int, float] | None = None
