"""A web server and workers of our own for tests, as separate processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import quote, urlencode

import jwt
from django.db import connection

from dashboard.stack.processes import guarded

SECRET = "a secret of at least thirty-two bytes"


def database_url():
    """Return the address of the test database, for other processes."""
    params = connection.get_connection_params()
    login = quote(params["user"]) + (":" + quote(params["password"]) if params.get("password") else "")
    place = {name: params[name] for name in ("host", "port") if params.get(name)}
    return f"postgres://{login}@/{params['dbname']}?{urlencode(place)}"


def environment(spool, **more):
    """Return the environment of a process that uses the test database and a spool."""
    return os.environ | {
        "DATABASE_URL": database_url(),
        "SPOOL_DIR": str(spool.folder),
        "JWT_SECRET": SECRET,
        "STATIC_MANIFEST": "false",
        "LOG_LEVEL": "ERROR",
        "PYTHONWARNINGS": "ignore",
        **more,
    }


def bearer(origin="acme"):
    """Return the headers of a caller who may send objects of an origin."""
    token = jwt.encode({"origin": origin, "exp": int(time.time()) + 600}, SECRET, "HS256")
    return {"Authorization": f"Bearer {token}"}


@contextmanager
def web_server(spool, *, threads=2, end=signal.SIGTERM, **settings):
    """Run gunicorn the way `manage.py up` does and give its port; ``end`` is how it goes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "dashboard.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--workers", "1", "--threads", str(threads)]
    command += ["--log-level", "error", "--no-control-socket", "--graceful-timeout", "1"]
    process = subprocess.Popen(
        guarded(command, on_parent_death=signal.SIGKILL),
        env=environment(spool, WEB_THREADS=str(threads), **settings),
        start_new_session=True,
    )
    try:
        _wait_for(port, process)
        yield port
    finally:
        os.killpg(process.pid, end)
        process.wait(10)


def _wait_for(port, process):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as client:
                client.request("GET", "/authtest")
                client.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the web server did not start")
