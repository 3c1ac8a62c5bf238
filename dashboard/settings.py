"""Settings, read from the environment; every default runs."""

from __future__ import annotations

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

SECRET_KEY = env("SECRET_KEY", default="x" * 60)
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
INSTALLED_APPS = [
    "django.contrib.postgres",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "results",
    "ingest",
    "dashboard",
]
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres:///treewatch")}
TIME_ZONE = "UTC"
USE_TZ = True
