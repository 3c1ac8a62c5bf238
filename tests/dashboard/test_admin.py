"""What operators edit and look up at /admin/."""

from __future__ import annotations

import pytest
from django.urls import reverse

from ingest.models import Rehoming, SuiteRule
from results.models import Lab, Platform, TreeAlias
from tests.factories import create_rejection, create_submission, named

pytestmark = pytest.mark.django_db

REGISTERED = (
    "results_treealias", "results_platform", "results_lab", "results_origin", "results_submission",
    "results_rejection", "ingest_suiterule", "ingest_token",
)  # fmt: skip


@pytest.fixture
def lab():
    return Lab.objects.create(name="lava-one")


@pytest.mark.parametrize("name", REGISTERED)
def test_lists_open(admin_client, lab, name):
    create_rejection(create_submission())
    assert admin_client.get(reverse(f"admin:{name}_changelist")).status_code == 200


def test_nobody_else_gets_in(client):
    assert client.get(reverse("admin:results_lab_changelist")).status_code == 302


def test_a_new_alias_makes_its_checkouts_move(admin_client):
    Rehoming.objects.all().delete()
    form = {"url": "https://x.org/linux/ ", "name": "ours", "canonical_url": "https://x.org/linux/"}
    admin_client.post(reverse("admin:results_treealias_add"), form)
    alias = TreeAlias.objects.get(name="ours")
    assert (alias.url, alias.canonical_url) == ("https://x.org/linux", "https://x.org/linux")
    assert [row.name for row in Rehoming.objects.all()] == ["https://x.org/linux"]


def test_a_lab_can_be_described_but_not_renamed(admin_client, lab):
    page = reverse("admin:results_lab_change", args=(lab.pk,))
    admin_client.post(page, {"name": "other", "url": "https://lava.example", "is_physical": "on"})
    lab.refresh_from_db()
    assert (lab.name, lab.url) == ("lava-one", "https://lava.example")
    assert admin_client.post(reverse("admin:results_lab_delete", args=(lab.pk,))).status_code == 403


def test_compatibles_can_be_fixed(admin_client):
    platform = named(Platform, "board")
    page = reverse("admin:results_platform_change", args=(platform.pk,))
    admin_client.post(page, {"compatibles": "acme,board\r\nacme,soc\r\n", "vendor": "acme", "is_fixed": "on"})
    platform.refresh_from_db()
    assert (platform.compatibles, platform.is_fixed) == (["acme,board", "acme,soc"], True)


def test_what_happened_cannot_be_changed(admin_client):
    rejection = create_rejection(create_submission())
    for name, row in (("rejection", rejection), ("submission", rejection.submission)):
        page = reverse(f"admin:results_{name}_change", args=(row.pk,))
        assert admin_client.get(page).status_code == 200
        assert admin_client.post(page, {}).status_code == 403
        assert admin_client.get(reverse(f"admin:results_{name}_add")).status_code == 403


def test_suites_of_jobs(admin_client):
    admin_client.post(reverse("admin:ingest_suiterule_add"), {"job": "kselftest-*", "suite": "kselftest"})
    assert SuiteRule.objects.get().suite == "kselftest"
