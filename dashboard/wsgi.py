"""The web application that gunicorn serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
# One connection for each of gunicorn's threads.
os.environ.setdefault("DATABASE_POOL_SIZE", "4")

application = get_wsgi_application()
