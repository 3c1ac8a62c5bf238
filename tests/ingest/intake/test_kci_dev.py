"""The unmodified kci-dev submits to us. It has a virtual environment of its own: its pins are not ours."""

from __future__ import annotations

import os
import subprocess

import pytest
from django.conf import settings

from ingest.intake.loading import load_spool
from ingest.intake.spool import Spool
from ingest.intake.tokens import create_token
from results.models import Build
from results.status import Status
from tests.ingest.intake.server import web_server
from tests.kci_dev import installed


@pytest.fixture(scope="session")
def kci_dev():
    """Return the kci-dev command."""
    return installed(settings.BASE_DIR) / "bin" / "kci-dev"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["options", "environment"])
def test_submit_build(kci_dev, tmp_path, way):
    spool = Spool(tmp_path / "spool", is_own=True)
    _, secret = create_token("kci-dev", ["acme"])
    with web_server(spool) as port:
        command, environment = [kci_dev, "submit", "build", "--origin", "acme"], dict(os.environ)
        command += ["--giturl", "https://git.example/linux.git", "--branch", "main", "--commit", "a" * 40]
        command += [
            "--arch",
            "arm64",
            "--config-name",
            "defconfig",
            "--compiler",
            "gcc-14",
            "--status",
            "FAIL",
        ]
        if way == "options":
            command += ["--kcidb-rest-url", f"http://127.0.0.1:{port}/submit", "--kcidb-token", secret]
        else:
            environment["KCIDB_REST"] = f"http://{secret}@127.0.0.1:{port}"
        run = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
    assert run.returncode == 0, run.stdout + run.stderr
    load_spool(spool, seconds=60)
    build = Build.objects.get()
    assert (build.known, build.status, build.architecture.name) == (True, Status.FAIL, "arm64")
    assert build.kcidb_id.startswith("acme:b-")
    assert build.checkout.revision.commit == "a" * 40
