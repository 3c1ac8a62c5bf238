"""What happens when: revisions are checked out, built, tested; and when each is submitted."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from random import Random

from ingest.demo.events import Break
from ingest.demo.hardware import Variant
from ingest.demo.history import plant
from ingest.demo.ids import file_name
from ingest.demo.issues import MAX_INCIDENTS, IssueBook
from ingest.demo.manners import MANNERS, Builder, BuildRun, Job, Json, Maestro, Manner
from ingest.demo.oddities import Oddities
from ingest.demo.outcomes import Runner
from ingest.demo.plan import (
    LANE_RUNS,
    PLATFORM_RUNS,
    BranchPlan,
    Lane,
    Revision,
    Spec,
    plan,
)
from ingest.demo.profiles import Profiles
from ingest.demo.suites import BOOT
from ingest.document import Document

MINUTE = timedelta(minutes=1)
LATE_RESULTS = 0.08
"""How many jobs are reported a revision or more later."""
LATE_PARENTS = 0.04
"""How many builds and checkouts are submitted after their children."""
LOST_PARENTS = 0.01
"""How many are never submitted."""
DUPLICATES = 0.01
RERUNS = 0.015
RETRIED = 0.7
SISTER = 0.2


Making = Callable[[datetime], Iterable[Document]]


class Timeline:
    """The documents of a demo, in the order of their submission."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.tests = 0
        """Tests written so far."""
        self.plans = plan(spec)
        self.profiles = Profiles(spec)
        self.history = plant(spec, self.plans, self.profiles)
        self.runners: dict[Lane, Runner] = {}
        self.manners: dict[str, Manner] = {
            origin: make(spec.rng("manner", origin)) for origin, make in MANNERS.items()
        }
        self._issues = IssueBook(spec)
        self._oddities = Oddities(spec, self.manners)
        self._names = spec.rng("files")
        self._heap: list[tuple[datetime, int, Making]] = []
        self._pushed = 0
        self._sisters: dict[tuple[str, str, str, str], list[Lane]] = {}
        for each in self.plans:
            for lane in each.lanes:
                self._sisters.setdefault(_kinship(lane), []).append(lane)

    def documents(self) -> Iterator[Document]:
        """Return all documents up to the end; to be called once."""
        revisions = sorted(
            ((revision, each) for each in self.plans for revision in each.revisions),
            key=lambda pair: (pair[0].started, pair[0].branch.label),
        )
        for revision, each in revisions:
            yield from self._due(revision.started)
            _Course(self, each, revision).begin()
        yield from self._due(self.spec.until)

    def _due(self, until: datetime) -> Iterator[Document]:
        while self._heap and self._heap[0][0] <= until:
            when, _, make = heapq.heappop(self._heap)
            yield from make(when)

    def at(self, when: datetime, make: Making) -> None:
        """Plan to make documents at a moment; what lies after the end never happens."""
        if when <= self.spec.until:
            self._pushed += 1
            heapq.heappush(self._heap, (when, self._pushed, make))

    def submit(self, when: datetime, manner: Manner, **lists: list[Json]) -> Iterator[Document]:
        """Return the document of these objects, and now and then plan to send it once more."""
        body = manner.document(**lists)
        self.tests += len(lists.get("tests", ()))
        yield Document(file_name(self._names), when, body)
        if self._names.random() < DUPLICATES:
            again = when + timedelta(hours=self._names.uniform(1, 24))
            self.at(again, lambda then: (Document(file_name(self._names), then, body),))

    def runner(self, lane: Lane) -> Runner:
        """Return what runs a lane."""
        if lane not in self.runners:
            self.runners[lane] = Runner(lane, self.profiles, self.history)
        return self.runners[lane]

    def sister(self, lane: Lane, rng: Random) -> Lane | None:
        """Return the same job on the same platform in another lab, if there is one."""
        others = [other for other in self._sisters[_kinship(lane)] if other.lab != lane.lab]
        return rng.choice(others) if others else None

    def odd_documents(self, when: datetime, build: BuildRun, checkout: Json) -> Iterable[Document]:
        """Return the documents of what is rare in reality, made once for each branch's first build."""
        for manner, lists in self._oddities.of(build, checkout):
            yield from self.submit(when, manner, **lists)

    def report_build(self, build: BuildRun, when: datetime) -> None:
        """Plan the issue and incident of a build that a planted break broke."""
        broken = build.broken
        if broken and build.status == "FAIL":
            issue = self._issues.for_build(broken)
            incident = self._issues.incident(issue, build=build.id)
            self.at(when + 5 * MINUTE, lambda then: self._file(then, issue, [incident]))

    def report_tests(self, blamed: list[tuple[str, Break]], when: datetime, rng: Random) -> None:
        """Plan issues and incidents of tests that planted breaks made fail."""
        for event in dict.fromkeys(event for _, event in blamed):
            if issue := self._issues.for_break(event):
                tests = [test for test, cause in blamed if cause is event][:MAX_INCIDENTS]
                present = rng.choices((True, False, None), (94, 4, 2))[0]
                incidents = [self._issues.incident(issue, test=test, present=present) for test in tests]
                self.at(when + rng.uniform(5, 40) * MINUTE, self._filing(issue, incidents))

    def report_lab(self, job: Job, when: datetime) -> None:
        """Plan the incident of a board that did not start."""
        if job.lane.origin == "maestro" and job.outcome.outage and job.outcome.root != "FAIL":
            issue = self._issues.for_lab()
            incident = self._issues.incident(issue, test=f"maestro:{job.id}")
            self.at(when + 15 * MINUTE, self._filing(issue, [incident]))

    def _filing(self, issue: Json, incidents: list[Json]) -> Making:
        return lambda then: self._file(then, issue, incidents)

    def _file(self, when: datetime, issue: Json, incidents: list[Json]) -> Iterator[Document]:
        return self.submit(when, self.manners["maestro"], issues=[issue], incidents=incidents)


def _kinship(lane: Lane) -> tuple[str, str, str, str]:
    return (
        lane.branch.label,
        lane.variant.config + lane.variant.compiler,
        lane.platform.name,
        lane.suite.job,
    )


class _Course:
    """The course of one revision: its checkouts, builds and jobs."""

    def __init__(self, timeline: Timeline, each: BranchPlan, revision: Revision) -> None:
        self.timeline = timeline
        self.plan = each
        self.revision = revision
        self.rng = timeline.spec.rng("course", revision.branch.label, revision.position)
        self.absent = {
            spot
            for spot in dict.fromkeys((lane.platform.name, lane.lab) for lane in each.lanes)
            if self.rng.random() > PLATFORM_RUNS
        }

    def begin(self) -> None:
        """Plan everything that follows from the revision having appeared."""
        builds: dict[int, BuildRun] = {}
        for origin in self.revision.branch.origins:
            manner = self.timeline.manners[origin]
            builds_any = any(variant.origin == origin for variant in self.plan.variants)
            if isinstance(manner, Builder) and builds_any:
                self._build_all(manner, builds)
        for lane in self.plan.lanes:
            build = builds.get(id(lane.variant))
            if build and build.status not in ("FAIL", "MISS", "ERROR") and not build.broken:
                self._schedule(lane, build)

    def _build_all(self, manner: Builder, builds: dict[int, BuildRun]) -> None:
        rng, timeline, revision = self.rng, self.timeline, self.revision
        begun = revision.started + rng.uniform(0, 40) * MINUTE * (manner.origin != "maestro")
        checkout = manner.checkout(revision, begun)
        if not manner.checkout_with_build and not manner.all_together and rng.random() > LOST_PARENTS / 2:
            sent = begun + rng.uniform(0.5, 3) * MINUTE + self._parent_delay()
            timeline.at(sent, partial(timeline.submit, manner=manner, checkouts=[checkout]))
        odd = manner.origin == "maestro"
        for variant in self.plan.variants:
            if variant.origin != manner.origin:
                continue
            started = begun + rng.uniform(4, 70) * MINUTE
            if manner.checkout_with_build:
                checkout = manner.checkout(revision, started)
            run = self._build(manner, checkout, variant, started)
            builds[id(variant)] = run
            lost = rng.random() < LOST_PARENTS
            sent = run.ended + rng.uniform(0.5, 4) * MINUTE + self._parent_delay()
            if manner.all_together:
                self._together = [checkout], [manner.build(run)]
            elif not lost:
                timeline.at(sent, self._sending_build(manner, run, checkout))
            if odd and self.revision.position == len(self.plan.revisions) // 2:
                timeline.at(run.ended, partial(timeline.odd_documents, build=run, checkout=checkout))
            odd = False

    def _build(self, manner: Builder, checkout: Json, variant: Variant, started: datetime) -> BuildRun:
        rng = self.rng
        broken = next(
            (
                event
                for event in self.timeline.history.build_breaks
                if event.active(self.revision.branch.label, variant, self.revision.position)
            ),
            None,
        )
        status = "FAIL" if broken else rng.choices(("PASS", None, "MISS", "ERROR"), (97, 1.5, 0.8, 0.7))[0]
        seconds = rng.uniform(300, 2700)
        run = BuildRun(
            manner.build_id(checkout, variant, started),
            checkout["id"],
            self.revision,
            variant,
            started,
            seconds,
            status,
            broken,
            self._warnings(variant),
        )
        if broken:
            broken.results += 1
            broken.positions.add((self.revision.branch.label, self.revision.position))
        return run

    def _warnings(self, variant: Variant) -> int:
        """Return how many warnings the compiler gives: what is usual for the variant, and what was added."""
        label = self.revision.branch.label
        usual = self.timeline.spec.rng(
            "usual warnings", label, variant.config, variant.arch, variant.compiler
        )
        count = usual.choice((0, 0, 0, 0, 0, 0, 1, 2, 4, 25))
        for event in self.timeline.history.new_warnings:
            if event.active(label, variant, self.revision.position):
                event.results += 1
                event.positions.add((label, self.revision.position))
                count += event.count
        return count

    def _sending_build(self, manner: Builder, run: BuildRun, checkout: Json) -> Making:
        def make(when: datetime) -> Iterator[Document]:
            lists = {"checkouts": [checkout]} if manner.checkout_with_build else {}
            if manner.origin == "maestro":
                self.timeline.report_build(run, when)
            return self.timeline.submit(when, manner, **lists, builds=[manner.build(run)])

        return make

    def _parent_delay(self) -> timedelta:
        if self.rng.random() >= LATE_PARENTS:
            return timedelta()
        return timedelta(hours=self.rng.uniform(6, 40))

    def _schedule(self, lane: Lane, build: BuildRun) -> None:
        rng = self.rng
        is_there = (lane.platform.name, lane.lab) not in self.absent and rng.random() <= LANE_RUNS
        if not is_there and not lane.is_favoured:
            return
        wait = timedelta(minutes=min(600.0, 4 + rng.lognormvariate(2.5, 1.2)))
        self._run(lane, build.id, build.ended + wait)
        if rng.random() < RERUNS:
            self._run(lane, build.id, build.ended + wait + timedelta(days=rng.uniform(1, 6)))

    def _run(self, lane: Lane, build_id: str, started: datetime, only: tuple[int, ...] = ()) -> None:
        rng, timeline = self.rng, self.timeline
        if started > timeline.spec.until:
            return
        runner = timeline.runner(lane)
        outcome = runner.run(self.revision, started, rng, only)
        if outcome is None:
            return
        manner = timeline.manners[lane.origin]
        seconds = lane.platform.seconds * 4 + len(outcome.results) * rng.uniform(0.5, 3)
        seed = f"{timeline.spec.seed} {rng.getrandbits(48)}"
        job = Job(
            manner.job_id(started),
            manner.job_number(lane.lab),
            lane,
            self.revision,
            build_id,
            started,
            seconds,
            outcome,
            seed,
        )
        late = timedelta(days=rng.uniform(0.3, 2.5)) if rng.random() < LATE_RESULTS else timedelta()
        timeline.at(
            job.ended + rng.uniform(0.2, 5) * MINUTE + late, lambda when: self._report(manner, job, when)
        )
        if isinstance(manner, Maestro) and (late or rng.random() < 0.02):
            timeline.at(started, lambda when: timeline.submit(when, manner, tests=[manner.scheduled(job)]))
        if not only and lane.origin == "maestro":
            self._retry(runner, job)

    def _retry(self, runner: Runner, job: Job) -> None:
        """Try again what failed though it usually passes, here or on a sister device."""
        rng = self.rng
        if job.outcome.error and job.lane.suite is not BOOT:
            return
        failed = runner.suspicious(job.outcome)
        if not 0 < len(failed) <= 20 or rng.random() > RETRIED:
            return
        started = job.ended + rng.uniform(5, 60) * MINUTE
        sister = self.timeline.sister(job.lane, rng) if rng.random() < SISTER else None
        if sister and max(failed) < len(sister.cases):
            self._run(sister, job.build_id, started, tuple(failed))
        else:
            self._run(job.lane, job.build_id, started, tuple(failed))

    def _report(self, manner: Manner, job: Job, when: datetime) -> Iterator[Document]:
        written = manner.tests(job)
        self.timeline.report_tests(written.blamed, when, self.rng)
        self.timeline.report_lab(job, when)
        if manner.all_together:
            checkouts, builds = self._together
            yield from self.timeline.submit(
                when, manner, builds=builds, checkouts=checkouts, tests=written.tests
            )
            return
        size = manner.tests_per_document
        for first in range(0, len(written.tests), size):
            yield from self.timeline.submit(when, manner, tests=written.tests[first : first + size])
