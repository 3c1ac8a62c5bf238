"""The small origins: TI (boots on Maestro's builds, v5.1) and Microsoft (LISA on Azure, v5.0)."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import ClassVar

from ingest.demo.hardware import Variant
from ingest.demo.ids import hexdigits
from ingest.demo.manners.base import Builder, BuildRun, Job, Json, Manner, Written, zulu
from ingest.demo.plan import Revision
from ingest.demo.suites import path_of

BLOBS = "https://lisalogs.blob.core.example/lisa-logs/"
SIGNED = "?se=2036-01-01&sp=r&sv=2022-11-02&sr=b&sig="
VM = {
    "hyperv_generation": "2",
    "hardware_platform": "x86_64",
    "host_version": "20348-10.0-3-0.3102",
    "distro_name": "Ubuntu 22.04.5 LTS",
    "vm_size": "Standard_D16s_v5",
    "platform": "azure",
}


class TexasInstruments(Manner):
    """TI tests what Maestro builds."""

    origin = "ti"
    version: ClassVar = {"major": 5, "minor": 1}

    def tests(self, job: Job) -> Written:
        lane = job.lane
        written = Written()
        for index, (_, status) in enumerate(job.outcome.results):
            board = lane.platform.name.partition(",")[2].replace("-", "_")
            test: Json = {
                "build_id": job.build_id,
                "id": f"ti:{hexdigits(Random(job.seed), 24)}",
                "origin": "ti",
                "environment": {
                    "compatible": list(lane.platform.compatible),
                    "comment": f"Runtime: {lane.lab}",
                    "misc": {
                        "platform": lane.platform.name,
                        "measurement": None,
                        "job_id": f"8_{job.number}",
                        "job_context": None,
                    },
                },
                "path": "boot",
                "log_url": f"http://files.kernelci.org//ti/{job.revision.branch.label}/{job.revision.describe}"
                f"/arm64/baseline-boot-{board}.txt",
                "start_time": zulu(job.started, ".000000"),
                "misc": {
                    "runtime": lane.lab,
                    "maestro_viewer": None,
                    "job_url": None,
                    "error_code": None,
                    "error_msg": None,
                },
            }
            if status:
                test["status"] = status
            written.tests.append(test)
            if index in job.outcome.causes:
                written.blamed.append((test["id"], job.outcome.causes[index]))
        return written


class Microsoft(Builder):
    origin = "microsoft"
    version: ClassVar = {"major": 5, "minor": 0}
    all_together = True

    def checkout(self, revision: Revision, when: datetime) -> Json:
        return {
            "origin": "microsoft",
            "id": f"microsoft:{revision.commit[:12]}",
            "comment": f"Linux {revision.describe.removeprefix('v')}",
            "git_commit_hash": revision.commit,
            "git_commit_name": revision.describe,
            "git_repository_branch": revision.branch.name,
            "git_repository_url": revision.branch.url,
            "log_excerpt": "",
            "patchset_files": [],
            "patchset_hash": "",
            "start_time": f"{when:%Y-%m-%dT%H:%M:%S.%f}+00:00",
            "tree_name": revision.branch.tree,
            "valid": True,
        }

    def build_id(self, checkout: Json, variant: Variant, when: datetime) -> str:
        return f"microsoft:{when:%Y%m%d%H%M%S%f}"

    def build(self, run: BuildRun) -> Json:
        place = f"{BLOBS}{run.started:%Y%m%d}/{run.started:%Y%m%d-%H%M%S}/kernel_installer/"
        found: Json = {
            "origin": "microsoft",
            "checkout_id": run.checkout_id,
            "id": run.id,
            "architecture": run.variant.arch,
            "command": "",
            "comment": "",
            "compiler": run.variant.compiler,
            "config_name": run.variant.config,
            "config_url": f"{place}config{self._signature()}",
            "duration": round(run.seconds, 6),
            "input_files": [],
            "log_excerpt": "",
            "log_url": f"{place}build.log{self._signature()}",
            "misc": {"distro_name": VM["distro_name"]},
            "output_files": [],
            "start_time": f"{run.started:%Y-%m-%dT%H:%M:%S.%f}+00:00",
        }
        if run.status:
            found["status"] = run.status
        return found

    def job_id(self, when: datetime) -> str:
        return f"{when:%Y%m%d%H%M%S%f}"

    def tests(self, job: Job) -> Written:
        rng = Random(job.seed)
        written = Written()
        for index, (case, status) in enumerate(job.outcome.results):
            misc: Json = {"test_details": {"test_name": case}}
            if "perf_" in case and status == "PASS":
                misc["perf"] = {"info": {"tool": case.split("_")[1]}, "metric": _metrics(rng)}
            written.tests.append(
                {
                    "origin": "microsoft",
                    "build_id": job.build_id,
                    "id": f"microsoft:{case}-{job.id}{index}",
                    "environment": {"misc": VM, "comment": ""},
                    "misc": misc,
                    "log_url": f"{BLOBS}{job.id}/{case}/{case}.log{self._signature()}",
                    "status": status,
                    "path": path_of("microsoft", job.lane.suite, case),
                    "comment": "",
                    "log_excerpt": "",
                    "start_time": f"{job.started:%Y-%m-%dT%H:%M:%S.%f}+00:00",
                    "duration": rng.uniform(60, 400),
                }
            )
            if index in job.outcome.causes:
                written.blamed.append((written.tests[-1]["id"], job.outcome.causes[index]))
        return written

    def _signature(self) -> str:
        return f"{SIGNED}{hexdigits(self.rng, 32)}%3D"


def _metrics(rng: Random) -> list[Json]:
    return [
        {
            "connections_num": 1,
            "buffer_size_bytes": str(size),
            "retransmitted_segments": 0,
            "rx_throughput_in_gbps": size * rng.uniform(0.006, 0.007),
            "tx_throughput_in_gbps": size * rng.uniform(0.006, 0.007),
        }
        for size in (32, 64, 128, 256, 512, 1024)
    ]
