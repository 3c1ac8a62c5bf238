"""The page of one's own account: what is followed, kept and subscribed to, tokens, and an end to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.models import AccessToken, SavedView, Scope, Subscription
from dashboard.people import attempts
from dashboard.people.follows import Followed, followed
from dashboard.people.forms import AddressForm, DeleteForm, TokenForm
from dashboard.people.mailbox import is_confirmed, send_proof
from dashboard.people.saved_views import delete_view, rename_view, save_view
from dashboard.people.tokens import create_token, revoke_token
from dashboard.shell import Frame, Link, render_page
from dashboard.views.accounts import FormPage, done
from results.errors import NotFound

ACCOUNT: Final = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage(Frame):
    """Everything that belongs to whoever is signed in."""

    person: User
    is_confirmed: bool
    followed: tuple[Followed, ...]
    views: tuple[SavedView, ...]
    subscriptions: tuple[Subscription, ...]
    tokens: tuple[AccessToken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensPage(FormPage):
    """The access tokens of somebody. ``secret`` is that of the one just made, "" otherwise."""

    tokens: tuple[AccessToken, ...]
    secret: str = ""


@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Answer /account."""
    person = _person(request)
    page = AccountPage(
        title="Account",
        heading=person.get_username(),
        section=ACCOUNT,
        person=person,
        is_confirmed=is_confirmed(person),
        followed=tuple(sorted(followed(request))),
        views=tuple(SavedView.objects.filter(user=person).order_by("name")),
        subscriptions=tuple(Subscription.objects.filter(user=person).order_by("-id")),
        tokens=_tokens(person),
    )
    return render_page(request, "accounts/account.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """Answer /account/tokens; a POST makes a token and shows its secret this once."""
    person, secret = _person(request), ""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        expires = timezone.now() + timedelta(days=days) if days else None
        scopes = {Scope(name) for name in form.cleaned_data["scopes"]}
        _, secret = create_token(person.pk, form.cleaned_data["name"], scopes, expires_at=expires)
        form = TokenForm()
    page = TokensPage(
        title="Access tokens",
        heading="Access tokens",
        section=ACCOUNT,
        verdict="With a token, a script changes things in your name. Reading needs none.",
        crumbs=(Link("Account", reverse("account")),),
        form=form,
        button="Make a token",
        tokens=_tokens(person),
        secret=secret,
    )
    response = render_page(request, "accounts/tokens.html", page)
    if secret:
        response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Make a token useless."""
    if not revoke_token(_person(request).pk, number):
        raise NotFound(f"token {number} of yours")
    return done(request, "The token is revoked.", reverse("account_tokens"))


@login_required
@require_POST
def saved_views(request: HttpRequest) -> HttpResponse:
    """Keep a view."""
    view = save_view(_person(request).pk, request.POST.get("name", ""), request.POST.get("address", ""))
    return done(request, f"“{view.name}” is kept.", reverse("account") + "#views")


@login_required
@require_POST
def saved_view(request: HttpRequest, number: int) -> HttpResponse:
    """Rename a view, or delete it."""
    if request.POST.get("delete"):
        delete_view(_person(request).pk, number)
        return done(request, "The view is deleted.", reverse("account") + "#views")
    rename_view(_person(request).pk, number, request.POST.get("name", ""))
    return done(request, "The view is renamed.", reverse("account") + "#views")


@sensitive_post_parameters("password")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest) -> HttpResponse:
    """Change the mail address; what is subscribed to waits until the new one is confirmed."""
    person = _person(request)
    form = AddressForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid() and _is_sure(request, person, form):
        form.save()
        return _proof(request, person)
    page = _form_page("Mail address", form, "Change it", "A link to confirm it will be sent there.")
    return render_page(request, "accounts/form.html", page)


@login_required
@require_POST
def prove(request: HttpRequest) -> HttpResponse:
    """Send the link that confirms the address once more."""
    return _proof(request, _person(request))


@sensitive_post_parameters("password")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Delete the account with everything that belongs to it; decisions stay, without their name."""
    person = _person(request)
    form = DeleteForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_sure(request, person, form):
        logout(request)
        person.delete()
        return done(request, "Your account is deleted.", reverse("login"))
    page = _form_page(
        "Delete the account",
        form,
        "Delete it for ever",
        "What you follow, keep and subscribe to, and your tokens, are gone then. What you decided about "
        "regressions stays in their history, without your name.",
    )
    return render_page(request, "accounts/form.html", page)


def _form_page(heading: str, form: Any, button: str, verdict: str) -> FormPage:
    return FormPage(
        title=heading,
        heading=heading,
        section=ACCOUNT,
        verdict=verdict,
        crumbs=(Link("Account", reverse("account")),),
        form=form,
        button=button,
    )


def _is_sure(request: HttpRequest, person: User, form: AddressForm | DeleteForm) -> bool:
    """Return whether the password in a form is theirs: a session alone must not lead to a new password."""
    whom = (person.get_username().lower(), attempts.address_of(request))
    if attempts.is_over(attempts.SIGN_IN_TOGETHER, *whom):
        form.add_error("password", "Too many passwords were wrong. Come back in a quarter of an hour.")
    elif not person.check_password(form.cleaned_data["password"]):
        attempts.note(attempts.SIGN_IN_TOGETHER, *whom)
        form.add_error("password", "This is not your password.")
    return form.is_valid()


def _proof(request: HttpRequest, person: User) -> HttpResponse:
    sent = send_proof(person)
    said = f"A link is on its way to {person.email}." if sent else "No mail could be sent; try again later."
    return done(request, said, reverse("account"))


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _tokens(person: User) -> tuple[AccessToken, ...]:
    return tuple(AccessToken.objects.filter(user=person, revoked_at=None).order_by("-id"))
