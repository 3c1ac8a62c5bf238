"""The registry of pages: each has an address that answers."""

from dashboard.bench.pages import FIRST_AFTER_RESTART, PAGES, Biggest, addresses


def test_every_page_has_an_address_that_answers(demo, client):
    found = list(addresses(Biggest()))
    assert len(found) == len(PAGES)
    for page, path in found:
        assert client.get(path).status_code == 200, (page.name, path)


def test_names_are_unique_where_they_are_looked_up():
    names = [page.name for page in PAGES]
    assert all(names.count(name) == 1 for name in FIRST_AFTER_RESTART)


def test_pages_without_a_subject_are_left_out(db):
    found = [page.name for page, _ in addresses(Biggest())]
    assert "home" in found
    assert "biggest build" not in found
