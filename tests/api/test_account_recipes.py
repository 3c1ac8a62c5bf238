"""What docs/accounts.md tells scripts to send does what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from dashboard.models import Scope, Subscription
from dashboard.people.tokens import create_token
from tests.committed import committed

TEXT = (settings.BASE_DIR / "docs" / "accounts.md").read_text()
RECIPES = [
    code for code in re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL) if "curl" in code
]


@pytest.fixture
def token(demo_server):
    """A token of somebody who is there until the end of the test."""

    def make():
        user = User.objects.create_user("recipes")
        return create_token(user.pk, "recipe", [Scope.SUBSCRIPTIONS])[1]

    yield committed(make)
    committed(lambda: User.objects.filter(username="recipes").delete())


def test_a_script_subscribes(demo_server, token):
    (code,) = RECIPES
    environment = {**os.environ, "SITE": demo_server, "TOKEN": token, "no_proxy": "127.0.0.1"}
    done = subprocess.run(
        ["sh", "-euc", code.replace("curl", "curl -s")], env=environment, capture_output=True, timeout=60
    )
    made = json.loads(done.stdout)
    assert (made["way"], made["query"]) == ("digest", "platform=rk3399*")
    assert committed(lambda: Subscription.objects.get(pk=made["id"]).user.get_username()) == "recipes"
