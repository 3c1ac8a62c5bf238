"""Running a lane on a revision: the usual, disturbed by flakes, planted breaks and outages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from ingest.demo.events import Break, Event, History, Outage, Removal, Step
from ingest.demo.plan import Lane, Revision
from ingest.demo.profiles import BURST, BURST_RATE, Profile, Profiles, burst_entry
from ingest.demo.suites import BOOT

INCOMPLETE = 0.02
"""How often a job breaks off or never runs, by no event's doing."""
TROUBLES = (
    ("MISS", "node_timeout", "Node timed-out"),
    (None, "node_timeout", "Node timed-out"),
    (
        "MISS",
        "submit_error",
        "503 Server Error: Service Unavailable for url: https://lava.lab.example/api/v0.2/jobs/",
    ),
    ("MISS", "submit_error", "403 Client Error: Forbidden for url: https://lava.lab.example/api/v0.2/jobs/"),
    ("ERROR", "Infrastructure", "Connection closed"),
    ("ERROR", "Test", "login-action timed out after 120 seconds"),
    ("MISS", "Job", "bootloader-action timed out after 300 seconds"),
    ("MISS", "invalid_job_params", "Invalid job parameters"),
)


@dataclass(slots=True)
class Outcome:
    """What became of one run: results in the order of the suite's cases.

    ``root`` is the status of the suite itself (or of the boot, for who boots in every job); a
    job that never got to its tests has no results. ``causes`` maps indexes of results to the
    breaks that made them fail.
    """

    root: str | None = "PASS"
    results: list[tuple[str, str]] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=dict)
    causes: dict[int, Break] = field(default_factory=dict)
    error: tuple[str, str] | None = None
    outage: Outage | None = None
    symptom: str | None = None


class Runner:
    """Runs one lane, again and again; remembers which bursty cases are in a burst."""

    def __init__(self, lane: Lane, profiles: Profiles, history: History) -> None:
        self.lane = lane
        self._profile: Profile = profiles.of(lane.suite, lane.platform, lane.lab)
        size = len(lane.cases)
        self._usual = list(zip(lane.cases, self._profile.statuses[:size], strict=True))
        self._flakes = [flake for flake in self._profile.flakes if flake.case < size]
        self._bursts: set[int] = set()
        indexes = {case: index for index, case in enumerate(lane.cases)}
        mine = [event for event in history.breaks if event.hits(lane)]
        self._boot_breaks = [event for event in mine if event.suite is BOOT and lane.suite is not BOOT]
        self._breaks = [
            (event, _breakable(event, indexes, self._profile.statuses))
            for event in mine
            if event.suite is lane.suite and (event.case is None or event.case in indexes)
        ]
        self._outages = [each for each in history.outages if each.lab == lane.lab] if lane.lab else []
        self._removals = [
            (indexes[each.case], each)
            for each in history.removals
            if each.suite is lane.suite and each.case in indexes
        ]
        self._steps: Sequence[Step] = history.steps

    def run(
        self, revision: Revision, when: datetime, rng: Random, only: Sequence[int] = ()
    ) -> Outcome | None:
        """Return what becomes of a run that starts at ``when``; None when nothing is ever reported.

        ``only`` restricts it to some cases (a retry of what failed).
        """
        for outage in self._outages:
            if outage.strikes(self.lane, when, rng):
                outage.saw(self.lane, revision.position, 1)
                return self._victim(outage, rng)
        for event in self._boot_breaks:
            if event.active(revision.position) and rng.random() < event.rate:
                event.saw(self.lane, revision.position, 0)
                return Outcome(
                    "FAIL" if self.lane.origin == "linaro" else "MISS",
                    error=("Job", "auto-login-action timed out"),
                    symptom=event.symptom,
                )
        outcome = self._complete(revision, when, rng, only)
        return self._cut_off(outcome, rng) if rng.random() < INCOMPLETE and not only else outcome

    def _victim(self, outage: Outage, rng: Random) -> Outcome | None:
        if outage.style == "silent":
            return None
        if outage.style == "fail":
            results = [(case, "FAIL" if status == "PASS" else status) for case, status in self._usual]
            return Outcome("FAIL", results, outage=outage)
        status, code, message = rng.choice(TROUBLES)
        if self.lane.suite is BOOT:
            return Outcome(status, [("", status or "")], error=(code, message), outage=outage)
        return Outcome(status, error=(code, message), outage=outage)

    def _cut_off(self, outcome: Outcome, rng: Random) -> Outcome:
        """Return what is seen of a run that broke off, or never began."""
        status, code, message = rng.choice(TROUBLES)
        reached = outcome.results[: rng.randrange(len(self._usual))] if rng.random() < 0.5 else []
        if self.lane.suite is BOOT:
            reached = [("", status or "")]
        failed = {index for index, (_, result) in enumerate(reached) if result == "FAIL"}
        causes = {index: event for index, event in outcome.causes.items() if index in failed}
        values = {case: value for case, value in outcome.values.items() if case and (case, "PASS") in reached}
        return Outcome(status, reached, values, causes, (code, message), symptom=outcome.symptom)

    def _complete(self, revision: Revision, when: datetime, rng: Random, only: Sequence[int]) -> Outcome:
        statuses = [status for _, status in self._usual]
        for index in self._flaky_failures(rng):
            statuses[index] = "FAIL"
        outcome = Outcome()
        for event, indexes in self._breaks:
            if event.active(revision.position):
                failed = [index for index in indexes if event.rate == 1 or rng.random() < event.rate]
                for index in failed:
                    statuses[index] = "FAIL"
                    outcome.causes[index] = event
                if failed:
                    outcome.symptom = event.symptom
                event.saw(self.lane, revision.position, len(failed))
        names = list(self.lane.cases)
        gone = {index for index, each in self._removals if self._is_gone(each, index, names, when)}
        kept = [index for index in (only or range(len(names))) if index not in gone]
        outcome.causes = {
            place: outcome.causes[index] for place, index in enumerate(kept) if index in outcome.causes
        }
        outcome.results = [(names[index], statuses[index]) for index in kept]
        if self._profile.values:
            self._measure(outcome, revision, when, rng)
        return outcome

    def _flaky_failures(self, rng: Random) -> Iterable[int]:
        for flake in self._flakes:
            if not flake.bursty:
                if rng.random() < flake.rate:
                    yield flake.case
                continue
            inside = flake.case in self._bursts
            if rng.random() < (1 / BURST if inside else burst_entry(flake.rate)):
                inside = not inside
                self._bursts ^= {flake.case}
            if inside and rng.random() < BURST_RATE:
                yield flake.case

    def _is_gone(self, each: Removal, index: int, names: list[str], when: datetime) -> bool:
        if when < each.when:
            return False
        each.saw(self.lane, 0, 1)
        if each.renamed:
            names[index] = each.renamed
        return not each.renamed

    def _measure(self, outcome: Outcome, revision: Revision, when: datetime, rng: Random) -> None:
        """Fill in the values of the metrics of passing cases, and their statuses."""
        lane = self.lane
        spread = lane.platform.noise
        if lane.suite is BOOT:
            if outcome.results[0][1] == "PASS":
                outcome.values[""] = round(self._value(0, spread, revision, when, rng), 2)
            return
        statuses = dict(outcome.results)
        for number, metric in enumerate(lane.suite.metrics):
            if statuses.get(metric.case) == "PASS":
                outcome.values[metric.case] = self._value(number, spread * metric.spread, revision, when, rng)
                statuses[metric.case] = metric.status
        outcome.results = list(statuses.items())

    def _value(self, metric: int, spread: float, revision: Revision, when: datetime, rng: Random) -> float:
        value = self._profile.values[metric] * rng.lognormvariate(0, min(0.4, spread))
        if rng.random() < 0.006:
            value *= rng.uniform(2, 17)  # right-skewed, as real ones are
        for step in self._steps:
            if step.applies(self.lane, metric, revision.position, when):
                value *= step.factor
                step.saw(self.lane, revision.position, 1)
        return value

    def suspicious(self, outcome: Outcome) -> list[int]:
        """Return the cases that failed though they usually pass: what a lab tries again."""
        usual = dict(self._usual)
        place = {case: index for index, case in enumerate(self.lane.cases)}
        return [
            place[case] for case, status in outcome.results if status == "FAIL" and usual.get(case) == "PASS"
        ]


def _breakable(event: Event, indexes: dict[str, int], statuses: Sequence[str]) -> list[int]:
    """Return the cases a break makes fail: those that pass otherwise."""
    case = getattr(event, "case", None)
    wanted = indexes.values() if case is None else [indexes[case]]
    return [index for index in wanted if statuses[index] == "PASS"]
