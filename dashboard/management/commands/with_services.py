"""``manage.py with_services -- COMMAND…``: run a command that needs PostgreSQL and Redis."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from dashboard.stack.places import ServiceError
from dashboard.stack.processes import Children, Program
from dashboard.stack.services import AlreadyRunning, sole_owner, start_services, wait_for_services


class Command(BaseCommand):
    """Run a command beside the running services, or start them for as long as it runs.

    The exit code is the command's.
    """

    help = "Run a command with PostgreSQL and Redis up (those of `make run`, or its own)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the rest of the line as the command."""
        parser.add_argument("command", nargs=argparse.REMAINDER)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        command: list[str] = options["command"]
        if command[:1] == ["--"]:
            command = command[1:]
        if not command:
            raise CommandError("Which command? Give it after --.")
        try:
            with sole_owner(settings.STATE_DIR, " ".join(command)):
                code = _run(command)
        except AlreadyRunning:
            wait_for_services(
                settings.STATE_DIR, database=settings.EMBEDDED_DATABASE, redis=settings.EMBEDDED_REDIS
            )
            os.execvp(command[0], command)
        except ServiceError as error:
            raise CommandError(str(error)) from None
        sys.exit(code)


def _run(command: list[str]) -> int:
    children = Children()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        start_services(
            children,
            settings.STATE_DIR,
            database=settings.EMBEDDED_DATABASE,
            redis=settings.EMBEDDED_REDIS,
        )
        call_command("migrate", interactive=False, verbosity=0)
        connections.close_all()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the command's
        child = children.start(Program(name=command[0], command=command, folder=Path.cwd(), foreground=True))
        return child.wait()
    finally:
        children.stop()
