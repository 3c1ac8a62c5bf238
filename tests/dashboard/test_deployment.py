"""The files of a deployment and the documents say what the code does."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from dashboard.stack.programs import QUEUES

COMPOSE = yaml.safe_load((settings.BASE_DIR / "compose.yaml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service.get("image") == "treewatch"}


def test_every_process_of_ours_is_there():
    assert set(OURS) == {"migrate", "web", "ingest", "summaries", "beat"}


@pytest.mark.parametrize("name", sorted(set(OURS) - {"web"}))
def test_commands_exist_with_their_options(name):
    program, *arguments = OURS[name]["command"]
    words = [word for word in arguments if not word.startswith("-") and word in ("worker", "beat", "migrate")]
    start = arguments[: arguments.index(words[0]) + 1]
    command = [str(Path(sys.executable).with_name(program)), *start, "--help"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    options = [word for word in arguments[len(start) :] if word.startswith("--")]
    assert [option for option in options if option not in done.stdout] == []


def test_the_workers_take_all_queues_between_them():
    taken = [
        service["command"][service["command"].index("--queues") + 1]
        for service in OURS.values()
        if "--queues" in service.get("command", [])
    ]
    known = {queue.name for queue in settings.CELERY_TASK_QUEUES}
    assert set(",".join(taken).split(",")) == set(QUEUES.split(",")) == known


def test_every_setting_reaches_the_containers():
    assert {service["env_file"] for service in OURS.values()} == {".env"}


def test_the_pool_has_a_connection_for_each_thread():
    dockerfile = (settings.BASE_DIR / "Dockerfile").read_text()
    threads = re.search(r'"--threads", "(\d+)"', dockerfile)[1]
    assert OURS["web"]["environment"]["DATABASE_POOL_SIZE"] == f"${{DATABASE_POOL_SIZE:-{threads}}}"


def test_the_environment_of_compose_is_documented():
    documented = (settings.BASE_DIR / "docs" / "settings.md").read_text()
    assert [name for name in OURS["web"]["environment"] if f"`{name}`" not in documented] == []


def test_every_setting_is_documented_and_nothing_else():
    source = (settings.BASE_DIR / "dashboard" / "settings.py").read_text()
    read = set(re.findall(r"""(?:env(?:\.\w+)?|environ\.get)\(\s*"([A-Z_]+)\"""", source))
    read |= {"JWT_SECRET", "UNIFIED_SECRET"}
    documented = set()
    for row in re.findall(
        r"^\| (`[A-Z_`, ]+) \|", (settings.BASE_DIR / "docs" / "settings.md").read_text(), re.M
    ):
        documented |= set(re.findall(r"`([A-Z_]+)`", row))
    assert documented == read


def test_the_image_copies_what_exists():
    lines = (settings.BASE_DIR / "Dockerfile").read_text().splitlines()
    sources = [line.split()[1] for line in lines if line.startswith("COPY ")]
    assert sources and all((settings.BASE_DIR / source).exists() for source in sources)
    kept = (settings.BASE_DIR / ".dockerignore").read_text().splitlines()
    assert {line[1:] for line in kept if line.startswith("!")} == set(sources)


def test_links_between_documents_lead_somewhere():
    for document in [*settings.BASE_DIR.glob("*.md"), *(settings.BASE_DIR / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
def test_make_lists_its_targets():
    listed = subprocess.run(
        ["make"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    ).stdout
    targets = {"run", "test", "bench", "lint", "seed", "shell", "clean"}
    assert targets <= {line.split()[0] for line in listed.splitlines()}
