"""``kci-dev maestro validate`` finds the builds and boots of the KernelCI API here, with their statuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from results.rollups import refresh
from tests.ingest.kernelci.samples import Grove
from tests.kci_dev import KciDev
from tests.kernelci_api import KernelCIApi

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def grove():
    """A revision of yesterday with builds and boots of every result."""
    start = (datetime.now(UTC) - timedelta(days=1)).replace(tzinfo=None).isoformat(timespec="seconds")
    grove = Grove(start)
    checkout = grove.checkout()
    for result in ("pass", "fail"):
        grove.kbuild(checkout, name=f"kbuild-gcc-14-{result}", result=result)
    build = grove.kbuild(checkout)
    for number, result in enumerate(("pass", "fail")):
        grove.node("job", f"baseline-arm64-{number}", build, result=result, retry_counter=3)
    error = {"error_code": "Infrastructure"}
    grove.node("job", "baseline-arm64-error", build, result="incomplete", data=error, retry_counter=3)
    grove.node("job", "ltp-mm", build)
    return grove


@pytest.fixture
def validate(grove, tmp_path, monkeypatch):
    """Sync the nodes, then return what validating one kind of them says."""
    monkeypatch.setattr(settings, "KERNELCI_LOG_HOSTS", [])
    with KernelCIApi() as api:
        for node in grove.nodes:
            api.put(node)
        since = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
        call_command(
            "sync_kernelci",
            api=api.url,
            once=True,
            backfill_from=datetime.fromisoformat(f"{since}T00:00+00:00"),
        )
        while refresh():
            pass
        server = LiveServer("127.0.0.1:0")
        kci_dev = KciDev(
            settings.BASE_DIR,
            tmp_path,
            f"{server.url}/api/",
            api=api.url.removesuffix("latest"),
            pipeline="-",
            token="-",
        )
        try:
            yield lambda kind, *more: kci_dev.command("maestro", "validate", kind, *more)
        finally:
            kci_dev.close()
            server.stop()


@pytest.mark.parametrize("way", ["one", "all"])
def test_builds_and_boots(validate, grove, way):
    tree = grove.revision()
    one = ["--giturl", tree["url"], "--branch", tree["branch"], "--commit", tree["commit"]]
    for kind, number in (("builds", 3), ("boots", 3)):
        which = one if way == "one" else ["--all-checkouts"]
        status, output = validate(kind, *which, "--json", "--fail-on-mismatch")
        assert status == 0, output
        (row,) = json.loads(output[output.index("{") :])["results"]
        assert str(number) in json.dumps(row)
