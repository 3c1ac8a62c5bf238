import numpy as np

from results.analysis.pooling import best_scope


def scope_of(gains, **axes):
    columns = {name: np.array(codes) for name, codes in axes.items()}
    return best_scope(np.array(gains, float), columns, prior=1e-4, reach=0.6)


def test_many_weak_signs_at_one_position_are_a_change():
    change = scope_of([[0, 3.0]] * 6, lab=[0, 0, 1, 1, 2, 2])
    assert change is not None and change.split == 1 and change.scope.axis == "" and change.members.all()


def test_one_strong_sign_among_sisters_that_pass_is_none():
    assert scope_of([[8.0]] + [[-3.0]] * 10, lab=range(11)) is None


def test_the_scope_is_the_axis_that_divides_the_failing_from_the_passing():
    change = scope_of([[5.0]] * 4 + [[-4.0]] * 4, lab=[0, 1] * 4, architecture=[1] * 4 + [2] * 4)
    assert (change.scope.axis, change.scope.value) == ("architecture", 1)
    assert change.members.tolist() == [True] * 4 + [False] * 4
