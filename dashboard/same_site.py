"""Whether a form was sent from this site, for forms whose pages must stay the same for everybody.

A CSRF token makes every rendering of a page different, and a page that is polled would never be
"not modified". Browsers say themselves where a request comes from; what they say cannot be forged
by a page. The session cookie is SameSite=Lax besides: no other site's form carries it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def require_same_site(request: HttpRequest) -> None:
    """Raise PermissionDenied when another site sent this request; without a hint, it is believed."""
    origin = request.headers.get("Origin", "")
    if fetched := request.headers.get("Sec-Fetch-Site", ""):
        is_ours = fetched in ("same-origin", "none")
    else:
        is_ours = not origin or urlsplit(origin).netloc == request.get_host()
    if not is_ours:
        raise PermissionDenied("This form is one of this site only.")
