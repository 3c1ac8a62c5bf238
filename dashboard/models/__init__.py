"""What people told this site about themselves: nothing here says anything about a kernel."""

from dashboard.models.people import Follow, Mailbox, SavedView
from dashboard.models.subscriptions import Delivery, SeenChange, Subscription
from dashboard.models.tokens import AccessToken, Scope

__all__ = [
    "AccessToken",
    "Delivery",
    "Follow",
    "Mailbox",
    "SavedView",
    "Scope",
    "SeenChange",
    "Subscription",
]
