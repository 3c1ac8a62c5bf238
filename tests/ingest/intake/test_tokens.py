"""Tokens by command and in the admin."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from django.core.management import CommandError, call_command

from ingest.checks import secrets_cannot_be_guessed
from ingest.intake.tokens import create_token
from ingest.models import Token

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = StringIO()
    call_command("token", *arguments, stdout=out)
    return out.getvalue().strip()


def opens(client, secret):
    return client.get("/authtest", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_a_token_by_command_from_beginning_to_end(client):
    secret = run("create", "our lab", "acme", "acme_next", "--days", "30", "--requests-per-minute", "5")
    assert re.fullmatch(r"tw_[\w-]{43}", secret)
    assert opens(client, secret)
    line = run("list")
    assert line.startswith("our lab\tacme, acme_next\tvalid\tlast used ")
    assert secret not in line
    run("revoke", "our lab")
    assert not opens(client, secret)
    assert "revoked" in run("list")


@pytest.mark.parametrize(
    "arguments", [("create", "taken", "acme"), ("create", "new", "not an origin"), ("revoke", "nobody")]
)
def test_mistakes_are_said(arguments):
    create_token("taken", ["acme"])
    with pytest.raises(CommandError):
        run(*arguments)
    assert Token.objects.count() == 1


@pytest.fixture
def operator(admin_client, settings):
    settings.ROOT_URLCONF = "dashboard.urls"
    return admin_client


def test_a_token_in_the_admin_shows_its_secret_once(operator, client, settings):
    form = {"name": "our lab", "origins": "acme", "scopes": "submit", "expires_at_0": "", "expires_at_1": ""}
    page = operator.post("/admin/ingest/token/add/", form, follow=True)
    secret = re.search(r"tw_[\w-]{43}", page.content.decode())[0]
    assert opens(client, secret)
    token = Token.objects.get()
    change = operator.get(f"/admin/ingest/token/{token.pk}/change/").content.decode()
    assert secret not in change
    operator.post("/admin/ingest/token/", {"action": "revoke", "_selected_action": [token.pk]})
    assert not opens(client, secret)


def test_pages_of_the_admin_keep_the_content_security_policy(operator, client):
    token = create_token("our lab", ["acme"])[0]
    paths = ["", "ingest/token/", "ingest/token/add/", f"ingest/token/{token.pk}/change/"]
    pages = [operator.get(f"/admin/{path}") for path in paths] + [client.get("/admin/login/")]
    for page in pages:
        assert page.status_code == 200
        assert "style-src 'self'" in page["Content-Security-Policy"]
        soup = BeautifulSoup(page.content, "html.parser")
        assert not soup.find_all("style") + soup.find_all(style=True)
        assert not [
            script for script in soup.find_all("script") if not script.get("src") and not script.get("type")
        ]
        assert not [tag for tag in soup.find_all() if any(name.startswith("on") for name in tag.attrs)]


def test_pages_do_not_ask_who_reads_them(client, settings, django_assert_num_queries):
    settings.ROOT_URLCONF = "dashboard.urls"
    with django_assert_num_queries(0):
        page = client.get("/help")
    assert "sessionid" not in page.cookies


@pytest.mark.parametrize(("secrets", "problems"), [([], 0), (["x" * 32], 0), (["x" * 32, "short"], 1)])
def test_short_secrets_are_reported(settings, secrets, problems):
    settings.JWT_SECRETS = secrets
    assert len(secrets_cannot_be_guessed()) == problems
