"""The questions of scripts: each is answered, and so is the compatible one beside it."""

from dashboard.bench.pages import Biggest
from dashboard.bench.questions import QUESTIONS, asked, rows
from dashboard.bench.web import Measured


def test_every_question_is_answered(demo, client):
    found = list(asked(Biggest()))
    assert len(found) == len(QUESTIONS)
    for question, path, compatible in found:
        response = client.get(path)
        assert response.status_code == 200, (question.name, path, response.getvalue()[:200])
        response.getvalue()
        if compatible:
            response = client.get(compatible)
            assert response.status_code == 200, (question.name, compatible)
            assert not response.getvalue().startswith(b'{"error"'), (question.name, compatible)


def test_what_is_over_budget_is_counted(demo, db):
    slow = Measured(200, 1.0, 2.0, 5, 1024, 1000.0, 2000.0)
    lines = list(rows(lambda path: slow, Biggest()))
    assert {len(line) for line, _ in lines} == {12}
    assert sum(over for _, over in lines) == len(QUESTIONS)
