"""The unmodified kci-dev, in a virtual environment of its own: its pins are not ours.

``python -m tests.kci_dev`` inside that environment answers commands, one JSON list of arguments a line:
one process for many, because it takes a second to start.
"""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
import venv
from pathlib import Path

VERSION = "0.1.12"


def installed(base):
    """Return the folder of kci-dev's environment below the state of a checkout; install it if need be."""
    folder = base / "var" / f"kci-dev-{VERSION}"
    folder.parent.mkdir(exist_ok=True)
    with open(folder.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker of the same run may install it
        if not (folder / "complete").exists():
            venv.create(folder, clear=True, with_pip=True)
            pip = [folder / "bin" / "python", "-m", "pip", "install", "-q", f"kci-dev=={VERSION}"]
            subprocess.run(pip, check=True, timeout=300)
            (folder / "complete").touch()
    return folder


class KciDev:
    """A running kci-dev: ``command`` runs one line of its command line, ``client`` one of its Python API."""

    def __init__(self, base, folder, url, **more):
        python = installed(base) / "bin" / "python"
        self.settings = folder / "kci-dev.toml"
        instance = "".join(f'{name} = "{value}"\n' for name, value in more.items())
        self.settings.write_text(
            f'dashboard_api = "{url}"\ndefault_instance = "here"\n[here]\n{instance or "pipeline = 1"}\n'
        )
        self.process = subprocess.Popen(
            [python, Path(__file__), self.settings, url],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def command(self, *arguments):
        """Return exit status and output."""
        return self._ask({"command": arguments})

    def client(self, method, **arguments):
        """Return what a method of KernelCIClient returns."""
        return self._ask({"method": method, "arguments": arguments})

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)

    def _ask(self, question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def main(settings, url):
    """Answer questions; this runs with kci-dev's own Python."""
    from click.testing import CliRunner
    from kcidev.api import KernelCIClient
    from kcidev.main import get_cli

    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        question = json.loads(line)
        if "method" in question:
            answer = getattr(KernelCIClient(dashboard_api=url), question["method"])(**question["arguments"])
        else:
            done = CliRunner().invoke(get_cli(), ["--settings", settings, *question["command"]])
            answer = [
                done.exit_code,
                done.stdout if done.exit_code == 0 else done.output + repr(done.exception),
            ]
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
