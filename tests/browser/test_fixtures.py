"""The page fixture notices what it promises to notice."""

from __future__ import annotations

import pytest


def test_a_good_page_brings_no_complaint(page):
    page.goto("/help")


def test_an_error_page_is_an_answer(page):
    assert page.goto("/no/such/page").status == 404


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('broken')", "console: broken"),
        ("setTimeout(() => { throw new Error('lost'); })", "script: lost"),
        ("document.body.insertAdjacentHTML('beforeend', '<b style=\"color: red\">x</b>')", "CSP: style-src"),
        ("new Image().src = 'http://localhost:1/x.png'", "foreign request: http://localhost:1/x.png"),
    ],
    ids=["console", "exception", "policy", "foreign"],
)
def test_complaints_are_noticed(page, complaints, script, complaint):
    page.goto("/help")
    page.evaluate(script)
    page.wait_for_timeout(200)
    assert any(complaint in found for found in complaints), complaints
    complaints.clear()
