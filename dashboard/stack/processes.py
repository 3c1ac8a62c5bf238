"""Child processes that are stopped in order and never outlive their parent.

Every child has its own session, so that Ctrl-C reaches the parent alone, and a parent-death signal,
so that even a SIGKILL of the parent ends it. That signal belongs to the thread that started the
child: use this module from the main thread.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals

# $0 is the parent's process id: a parent that died before the death signal was set is noticed here.
_GUARD = '[ "$PPID" = "$0" ] && exec "$@"'
_LOG_TAIL = 15


class ChildDied(Exception):
    """A child ended although nobody asked it to."""


@dataclass(frozen=True, slots=True)
class User:
    """Who a child runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run, and how it wants to be stopped."""

    name: str
    command: Sequence[str]
    folder: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=dict)
    user: User | None = None
    log: Path | None = None
    stop: Signals = signal.SIGTERM
    on_parent_death: Signals = signal.SIGTERM
    patience: float = 10.0  # seconds from the stop signal to SIGKILL
    foreground: bool = False  # shares the terminal and its Ctrl-C with the parent


def guarded(command: Sequence[str], *, on_parent_death: Signals, user: User | None = None) -> list[str]:
    """Return the command line that runs a command as a user and ends it with its parent."""
    line = ["setpriv", "--pdeathsig", on_parent_death.name.removeprefix("SIG")]
    if user:
        line += ["--reuid", str(user.uid), "--regid", str(user.gid), "--clear-groups"]
    return [*line, "/bin/sh", "-c", _GUARD, str(os.getpid()), *command]


class Child:
    """A started program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        output = open(program.log, "wb") if program.log else None  # noqa: SIM115 (closed below)
        try:
            self._process = subprocess.Popen(
                guarded(program.command, on_parent_death=program.on_parent_death, user=program.user),
                cwd=program.folder,
                env={**os.environ, **program.environment},
                stdin=None if program.foreground else subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=not program.foreground,
            )
        finally:
            if output:
                output.close()

    @property
    def pid(self) -> int:
        """Return the process id (and, but for a foreground child, the id of its group)."""
        return self._process.pid

    def exit_code(self) -> int | None:
        """Return the exit code (128 + n when a signal n ended it), or None while it runs."""
        code = self._process.poll()
        return 128 - code if code is not None and code < 0 else code

    def wait(self) -> int:
        """Wait for the end and return the exit code."""
        self._process.wait()
        code = self.exit_code()
        assert code is not None
        return code

    def stop(self, deadline: float) -> None:
        """Ask the child to stop; at the deadline (monotonic seconds) kill it and its children."""
        if self.exit_code() is None:
            self._process.send_signal(self.program.stop)
            try:
                self._process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.kill()
        self.kill()
        self._process.wait()

    def kill(self) -> None:
        """End the child and whatever it left behind in its session, at once."""
        if self.program.foreground:
            self._process.kill()
            return
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def obituary(self) -> str:
        """Return why the child is dead, in a sentence, with the end of its log."""
        code = self.exit_code() or 0
        cause = f"was killed by {Signals(code - 128).name}" if code > 128 else f"ended with exit code {code}"
        text = f"{self.program.name} {cause}"
        if self.program.log and self.program.log.exists():
            lines = self.program.log.read_text(errors="replace").splitlines()[-_LOG_TAIL:]
            text += "".join(f"\n  | {line}" for line in lines) + f"\n(the whole log: {self.program.log})"
        return text


class Children:
    """The children of this process, in the order in which they were started."""

    def __init__(self) -> None:
        self._running: list[Child] = []
        self._hurry = False

    def start(self, program: Program) -> Child:
        """Start a program and return it."""
        child = Child(program)
        self._running.append(child)
        return child

    def check(self) -> None:
        """Raise ChildDied when a child is gone."""
        for child in self._running:
            if child.exit_code() is not None:
                raise ChildDied(child.obituary())

    def forget(self, child: Child) -> None:
        """Take a child that has ended out of the list."""
        self._running.remove(child)

    def stop(self) -> None:
        """Stop all, last started first. Once :meth:`hurry` was called, by SIGKILL."""
        while self._running:
            child = self._running[-1]
            patience = 0.0 if self._hurry else child.program.patience
            child.stop(time.monotonic() + patience)
            self._running.pop()

    def hurry(self) -> None:
        """Kill all now; safe to call from a signal handler while :meth:`stop` waits."""
        self._hurry = True
        for child in self._running:
            child.kill()
