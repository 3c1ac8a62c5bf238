import numpy as np
import pytest

from results.analysis.measurements import (
    Direction,
    MeasurementRules,
    Noise,
    confidences,
    direction_of,
    hodges_lehmann,
    measurement_changes,
    noise_profile,
    per_position,
)


def noise(seed, count, mean=100.0, deviation=1.0):
    return np.random.default_rng(seed).normal(mean, deviation, count)


def test_a_step_is_found_where_it_is_with_its_size():
    values = np.concatenate((noise(1, 60), noise(2, 40, 106)))
    (change,) = measurement_changes(values, unit="ms")
    assert abs(change.index - 60) <= 1
    assert change.low < 6 < change.high and change.high - change.low < 2
    assert change.direction is Direction.REGRESSION and change.confirmed
    assert change.relative == pytest.approx(0.06, abs=0.01)


def test_quiet_noise_gives_no_change():
    assert sum(bool(measurement_changes(noise(seed, 120))) for seed in range(20)) == 0


def test_a_spike_is_no_change():
    values = noise(3, 100)
    values[50] += 40
    assert measurement_changes(values) == []


def test_there_and_back_are_two_changes():
    values = np.concatenate((noise(1, 40), noise(2, 40, 90), noise(3, 40)))
    found = measurement_changes(values, unit="MB/s")
    assert [change.direction for change in found] == [Direction.REGRESSION, Direction.IMPROVEMENT]


def test_an_exact_step_of_a_count_is_found_with_three_values():
    (change,) = measurement_changes(np.array([512.0] * 20 + [520.0] * 3), unit="bytes")
    assert change.index == 20 and not change.confirmed and change.effect == np.inf


def test_a_minimum_hides_small_changes():
    values = np.concatenate((noise(1, 60), noise(2, 60, 106)))
    assert measurement_changes(values, rules=MeasurementRules(relative=0.1)) == []
    assert measurement_changes(values, rules=MeasurementRules(absolute=5.0))


def test_a_series_that_jumps_between_two_values_is_not_an_alarm_each_time():
    values = np.where(np.random.default_rng(4).random(120) < 0.5, 100.0, 110.0) + noise(5, 120, 0, 0.3)
    assert noise_profile(values) is Noise.BIMODAL
    assert len(measurement_changes(values)) <= 1


def test_the_same_values_give_the_same_answer():
    values = np.concatenate((noise(1, 60), noise(2, 40, 106)))
    assert measurement_changes(values) == measurement_changes(values.copy())


def test_constant_short_and_empty_series_are_quiet():
    assert measurement_changes(np.full(50, 3.0)) == []
    assert measurement_changes(np.array([1.0, 2.0])) == []
    assert measurement_changes(np.array([])) == []


@pytest.mark.parametrize(
    ("unit", "direction"),
    [("ms", Direction.REGRESSION), ("ops/s", Direction.IMPROVEMENT), ("widgets", Direction.CHANGED)],
)
def test_the_unit_says_what_an_increase_means(unit, direction):
    assert direction_of(1.0, unit) is direction


def test_a_setting_beats_the_unit():
    assert direction_of(1.0, "ms", lower_is_better=False) is Direction.IMPROVEMENT


def test_noise_profiles():
    assert noise_profile(noise(1, 100)) is Noise.OK
    assert noise_profile(np.arange(60) + noise(2, 60, 0, 2)) is Noise.DRIFTING
    assert noise_profile(np.repeat([1.0, 2.0], 30)) is Noise.QUANTISED
    spiky = noise(3, 100)
    spiky[::20] += 60
    assert noise_profile(spiky) is Noise.OUTLIERS


def test_the_shift_is_the_median_of_all_differences():
    shift, low, high = hodges_lehmann(np.array([1.0, 2, 3]), np.array([11.0, 12, 13]))
    assert shift == 10 and low <= 10 <= high


def test_confidence_falls_with_the_number_of_looks():
    assert confidences([0.001])[0] > confidences([0.001] + [0.9] * 50)[0]
    assert len(confidences([])) == 0


def test_replicates_become_one_value_per_position():
    where, values = per_position(np.array([3, 1, 3, 2]), np.array([10.0, 5.0, 20.0, np.nan]))
    assert where.tolist() == [1, 3] and values.tolist() == [5.0, 15.0]
