"""The command lines of the web server, the worker and the demo data."""

from __future__ import annotations

import os
import signal
import sys

from django.conf import settings

from dashboard.stack.processes import Program

QUEUES = "ingest,summaries,notify"


def web() -> Program:
    """Return gunicorn with threads: a page spends its time in the template or in PostgreSQL."""
    return Program(
        name="The web server",
        command=[
            *(sys.executable, "-m", "gunicorn", "dashboard.wsgi"),
            *("--bind", f"{settings.BIND}:{settings.PORT}"),
            *("--worker-class", "gthread"),
            *("--workers", str(settings.WEB_WORKERS)),
            *("--threads", str(settings.WEB_THREADS)),
            *("--graceful-timeout", "5"),
            *("--log-level", "warning"),
            *("--logger-class", "dashboard.server_log.ServerLogger"),
            "--no-control-socket",
        ],
        folder=settings.BASE_DIR,
        environment={"DATABASE_POOL_SIZE": os.environ.get("DATABASE_POOL_SIZE") or str(settings.WEB_THREADS)},
    )


def worker() -> Program:
    """Return a Celery worker of all queues."""
    return Program(
        name="The worker",
        command=[
            *(sys.executable, "-W", "ignore:You're running the worker with superuser", "-m", "celery"),
            *("--app", "dashboard", "--quiet", "worker"),
            *("--queues", QUEUES),
            *("--concurrency", str(settings.WORKER_PROCESSES)),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        folder=settings.BASE_DIR,
        on_parent_death=signal.SIGQUIT,  # cold: tasks are acknowledged late and run again
    )


def beat() -> Program:
    """Return Celery's clock, by itself: inside the worker nobody would notice its death."""
    return Program(
        name="The beat",
        command=[
            *(sys.executable, "-m", "celery", "--app", "dashboard", "--quiet", "beat"),
            # The schedule is a few seconds long; remembering the last ticks is not worth a file.
            *("--scheduler", "celery.beat.Scheduler", "--pidfile", ""),
        ],
        folder=settings.BASE_DIR,
    )


def demo(until: str) -> Program:
    """Return the generator of demo data, which feeds documents up to a moment through the real ingestion."""
    return Program(
        name="The demo data",
        command=[
            *(sys.executable, str(settings.BASE_DIR / "manage.py"), "seed_demo"),
            *("--tests", str(settings.DEMO_TESTS)),
            *("--until", until),
        ],
        folder=settings.BASE_DIR,
    )
