"""Signing up, in and out, passwords and addresses. Reading needs none of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth import views as auth
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.forms import Form, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.people import attempts
from dashboard.people.follows import adopt_cookie
from dashboard.people.forms import ForgottenForm, SignUpForm
from dashboard.people.mailbox import confirm, send_proof
from dashboard.shell import Frame, Link, render_page
from dashboard.views.errors import error_page

BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage(Frame):
    """A form; ``next`` is where to go after it."""

    form: Form | ModelForm[Any]
    button: str
    next: str = ""


def _frame(heading: str, verdict: str = "", *, crumb: bool = False) -> dict[str, Any]:
    crumbs = (Link("Account", reverse_lazy("account")),) if crumb else ()  # type: ignore[arg-type]
    page = Frame(title=heading, heading=heading, verdict=verdict, section="account", crumbs=crumbs)
    return {"page": page, "sign_up": settings.SIGN_UP}


class SignIn(auth.LoginView):
    """Signs in, as long as not too many passwords were wrong."""

    template_name = "accounts/login.html"
    extra_context = _frame("Sign in", "Reading needs no account; following, subscribing and deciding do.")

    def post(self, request: HttpRequest, *args: str, **kwargs: Any) -> HttpResponse:
        """Try a password, unless too many were tried."""
        where, name = attempts.address_of(request), request.POST.get("username", "").lower()
        if (
            attempts.is_over(attempts.SIGN_IN_TOGETHER, name, where)
            or attempts.is_over(attempts.SIGN_IN_FROM, where)
            or attempts.is_over(attempts.SIGN_IN_AS, name)
        ):
            return _too_many(request, "Too many passwords were wrong.")
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Count the failure."""
        where, name = attempts.address_of(self.request), self.request.POST.get("username", "").lower()
        attempts.note(attempts.SIGN_IN_TOGETHER, name, where)
        attempts.note(attempts.SIGN_IN_FROM, where)
        attempts.note(attempts.SIGN_IN_AS, name)
        return super().form_invalid(form)


class Forgotten(auth.PasswordResetView):
    """Mails a link that sets a new password, and says the same whether there is such an account."""

    template_name = "accounts/form.html"
    form_class = ForgottenForm
    email_template_name = "accounts/forgotten.txt"
    subject_template_name = "accounts/forgotten_subject.txt"
    success_url = reverse_lazy("password_sent")
    extra_context = _frame("Forgotten password", "A link to set a new one comes by mail.") | {
        "button": "Send the link"
    }
    extra_email_context = {"site": settings.SITE_URL.rstrip("/")}

    def post(self, request: HttpRequest, *args: str, **kwargs: Any) -> HttpResponse:
        """Send the link, unless too many were asked for."""
        asked = request.POST.get("email", "").lower()
        if not (
            attempts.note(attempts.MAIL_FROM, attempts.address_of(request))
            and attempts.note(attempts.MAIL_TO, asked)
        ):
            return _too_many(request, "Too many mails were asked for.")
        return super().post(request, *args, **kwargs)


sign_in = sensitive_post_parameters()(SignIn.as_view())
sign_out = auth.LogoutView.as_view()
password_forgotten = Forgotten.as_view()
password_sent = auth.PasswordResetDoneView.as_view(
    template_name="accounts/said.html",
    extra_context=_frame(
        "Look into your mail", "If there is an account with this address, a link is on its way to it."
    ),
)
password_reset = auth.PasswordResetConfirmView.as_view(
    template_name="accounts/reset.html",
    success_url=reverse_lazy("login"),
    extra_context=_frame("New password") | {"button": "Set the password"},
)
password_change = auth.PasswordChangeView.as_view(
    template_name="accounts/form.html",
    success_url=reverse_lazy("account"),
    extra_context=_frame("Change the password", crumb=True) | {"button": "Change it"},
)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponseBase:
    """Make an account, sign its owner in and mail a link that confirms the address."""
    if not settings.SIGN_UP:
        raise PermissionDenied("Accounts are made by whoever runs this site.")
    form = SignUpForm(request.POST or None)
    if request.method == "POST":
        if not attempts.note(attempts.SIGN_UP_FROM, attempts.address_of(request)):
            return _too_many(request, "Too many accounts were made.")
        if form.is_valid():
            user: User = form.save()
            login(request, user, backend=BACKEND)
            adopt_cookie(request, user.pk)
            send_proof(user)
            return see(_own(request, request.POST.get("next", "")))
    page = FormPage(
        title="Sign up",
        heading="Sign up",
        section="account",
        verdict="An account follows trees, devices, labs and tests, subscribes and triages.",
        form=form,
        button="Sign up",
        next=request.GET.get("next", request.POST.get("next", "")),
    )
    return render_page(request, "accounts/sign_up.html", page)


# A GET that changes something: what it changes is that a link was opened, which is all it may show.
@require_safe
def confirm_address(request: HttpRequest, proof: str) -> HttpResponse:
    """Note that an address is its owner's."""
    user = confirm(proof)
    heading = "Your address is confirmed" if user else "This link is not good any more"
    verdict = "" if user else "A new one can be sent from the page of your account."
    page = Frame(title=heading, heading=heading, verdict=verdict, section="account")
    return render_page(request, "accounts/said.html", page, status=200 if user else 404)


def _too_many(request: HttpRequest, reason: str) -> HttpResponse:
    response = error_page(request, 429, f"{reason} Come back in a quarter of an hour.")
    response["Retry-After"] = "900"
    return response


def _own(request: HttpRequest, address: str) -> str:
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return address if address.startswith("/") and is_ours else reverse("account")


def see(address: str) -> HttpResponseRedirect:
    """Return the way to the page that follows a change."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def done(request: HttpRequest, text: str, address: str) -> HttpResponseRedirect:
    """Return the way to the page that follows a change, which will say what was done."""
    messages.success(request, text)
    return see(address)
