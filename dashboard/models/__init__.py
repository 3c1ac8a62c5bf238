"""What people told this site about themselves: nothing here says anything about a kernel."""

from dashboard.models.tokens import AccessToken, Scope

__all__ = [
    "AccessToken",
    "Scope",
]
