import numpy as np

from results.analysis.history import counts_of
from results.analysis.outages import infrastructure


def outages_of(history):
    return infrastructure(history.series, counts_of(history))


def test_a_lab_where_everything_fails_at_once_was_ill(farm):
    history = farm(lambda position, lab, **_: "F" if lab == 1 and position in (20, 21) else "P", 30)
    found = outages_of(history)
    whole = [outage for outage in found.outages if outage.platform == -1]
    assert [(o.lab, o.start, o.end, o.confirmed) for o in whole] == [(1, 20, 22, True)]
    assert found.masked[history.series.lab == 1, 20:22].all()
    assert found.masked.sum() == 27 * 2


def test_a_partial_outage_is_seen_and_its_passes_stay(farm):
    def runs(position, lab, path, platform, **_):
        return "F" if lab == 2 and position == 20 and (path + platform) % 2 else "P"

    history = farm(runs, 30)
    found = outages_of(history)
    assert found.outages and {outage.lab for outage in found.outages} == {2}
    assert found.masked.sum() == (counts_of(history).failed).sum()


def test_a_kernel_that_breaks_everything_everywhere_is_no_outage(farm):
    assert not outages_of(farm(lambda position, **_: "F" if position >= 20 else "P", 30)).outages


def test_a_platform_that_breaks_in_all_its_labs_is_no_outage(farm):
    history = farm(lambda position, platform, **_: "F" if platform == 0 and position >= 20 else "P", 30)
    assert not outages_of(history).masked.any()


def test_a_broken_suite_is_no_outage(farm):
    history = farm(
        lambda position, lab, suite, **_: "F" if lab == 1 and suite == 1 and position >= 20 else "P", 30
    )
    assert not outages_of(history).masked.any()


def test_a_dead_device_is_an_outage_of_the_device(farm):
    def runs(position, lab, platform, **_):
        return "F" if lab == 1 and platform == 2 and 20 <= position < 24 else "P"

    found = outages_of(farm(runs, 30))
    assert [(o.lab, o.platform, o.start, o.end) for o in found.outages if o.platform >= 0] == [(1, 2, 20, 24)]


def test_what_nobody_can_compare_is_suspected_first_and_released_when_it_lasts(farm):
    def failing_until(end):
        return farm(
            lambda position, platform, **_: "F" if platform == 9 and 20 <= position < end else "P", 40
        )

    short = outages_of(failing_until(22))
    assert [outage.confirmed for outage in short.outages] == [False]
    assert short.masked.any()
    lasting = outages_of(failing_until(40))
    assert [outage.released for outage in lasting.outages] == [True]
    assert not lasting.masked.any()


def test_broken_runs_count_as_signs_of_an_outage(farm):
    found = outages_of(farm(lambda position, lab, **_: "E" if lab == 0 and position == 20 else "P", 25))
    assert {outage.lab for outage in found.outages} == {0}


def test_two_labs_that_are_ill_at_once_do_not_explain_each_other(farm):
    """Only one lab is well, and it passes what the others fail: it is not the kernel."""

    def runs(position, lab, **_):
        if lab == 0:
            return "P" if position < 15 else "."
        return "F" if lab in (1, 2) and position in (20, 21) else "P"

    history = farm(runs, 30)
    found = outages_of(history)
    assert found.masked[np.isin(history.series.lab, (1, 2)), 20:22].all()
    assert not found.masked[history.series.lab == 3].any()


def test_an_outage_goes_on_while_little_runs(farm):
    def runs(position, lab, platform, path, **_):
        here = lab == 1 and platform == 2
        if here and position in (21, 22):
            return "F" if path in (0, 3, 6) else "."
        return "F" if here and 20 <= position < 24 else "P"

    history = farm(runs, 30)
    found = outages_of(history)
    ill = (history.series.lab == 1) & (history.series.platform == 2)
    assert found.masked[ill, 20:24].sum() == counts_of(history).failed[ill].sum()


def test_a_failure_in_an_ill_lab_is_no_evidence_even_if_others_fail_too(farm):
    def runs(position, lab, path, **_):
        return "F" if position == 20 and (lab == 1 or path == 0) else "P"

    history = farm(runs, 25)
    found = outages_of(history)
    assert found.masked[history.series.lab == 1, 20].all()
    assert not found.masked[history.series.lab != 1].any()
