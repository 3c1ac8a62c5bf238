"""What whoever runs the site can look up about people, and end."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from dashboard.models import AccessToken, Scope, Subscription
from dashboard.people.tokens import create_token

pytestmark = pytest.mark.django_db


def test_tokens_are_looked_up_and_revoked(admin_client):
    create_token(User.objects.create_user("alice").pk, "bot", [Scope.TRIAGE])
    address = reverse("admin:dashboard_accesstoken_changelist")
    assert b"bot" in admin_client.get(address).content
    token = AccessToken.objects.get()
    admin_client.post(address, {"action": "revoke", "_selected_action": [token.pk]})
    token.refresh_from_db()
    assert token.revoked_at
    page = admin_client.get(reverse("admin:dashboard_accesstoken_change", args=[token.pk]))
    assert page.status_code == 200


def test_subscriptions_are_looked_up_and_stopped_and_keep_their_secrets(admin_client):
    one = Subscription.objects.create(user=User.objects.create_user("alice"), name="mine", way="feed")
    address = reverse("admin:dashboard_subscription_changelist")
    assert b"mine" in admin_client.get(address).content
    page = admin_client.get(reverse("admin:dashboard_subscription_change", args=[one.pk]))
    assert one.secret not in page.content.decode()
    admin_client.post(address, {"action": "stop", "_selected_action": [one.pk]})
    one.refresh_from_db()
    assert one.stopped_at and "whoever runs this site" in one.stopped_why
