"""Following: one form on many pages, for everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from dashboard.filters import BadQuery
from dashboard.models import Follow
from dashboard.people.follows import Followed, change_follow, is_followable
from dashboard.same_site import require_same_site
from dashboard.views.accounts import see


# No token, as with the preferences; see ``dashboard.same_site``.
@csrf_exempt
@require_POST
def follow(request: HttpRequest) -> HttpResponse:
    """Follow something or no longer, and go back to where the form was."""
    require_same_site(request)
    one = Followed(request.POST.get("kind", ""), request.POST.get("name", ""))
    if not is_followable(one.kind, one.name):
        raise BadQuery("Nothing of this kind can be followed.", tuple(Follow.Kind.values), ("kind", "name"))
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    response = see(back if back.startswith("/") and is_ours else one.url)
    change_follow(request, response, one, wanted=request.POST.get("wanted") != "no")
    return response
