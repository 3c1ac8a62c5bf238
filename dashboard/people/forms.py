"""What people fill in about their accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import PasswordResetForm, UsernameField
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from dashboard.models import Scope, Subscription
from dashboard.notify.subscribing import Wish

# The class is generic to the type checker alone.
if TYPE_CHECKING:
    UserForm = forms.ModelForm[User]
else:
    UserForm = forms.ModelForm


class SignUpForm(UserForm):
    """A new account."""

    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least ten characters.",
    )

    class Meta:
        model = User
        fields = ("username", "email")
        field_classes = {"username": UsernameField}
        labels = {"username": "Name", "email": "Mail address"}
        help_texts = {
            "username": "Others see it beside what you decide.",
            "email": "For what you subscribe to, and for a forgotten password. Nobody sees it.",
        }
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "email"})}

    def __init__(self, *args: Any, **fields: Any) -> None:
        super().__init__(*args, **fields)
        self.fields["email"].required = True

    def clean(self) -> dict[str, Any]:
        """Refuse passwords that are easily guessed."""
        values = super().clean() or {}
        self.instance.username, self.instance.email = values.get("username", ""), values.get("email", "")
        try:
            password_validation.validate_password(values.get("password", ""), self.instance)
        except ValidationError as error:
            self.add_error("password", error)
        return values

    def clean_username(self) -> str:
        """Refuse a name that differs from another one by its case alone."""
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError("This name is taken.")
        return name

    def save(self, commit: bool = True) -> User:
        """Make the account."""
        self.instance.set_password(self.cleaned_data["password"])
        return super().save(commit)


def _own_password() -> forms.CharField:
    return forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class AddressForm(UserForm):
    """Another mail address: it opens the account to whoever reads its mail."""

    password = _own_password()

    class Meta:
        model = User
        fields = ("email",)
        labels = {"email": "Mail address"}
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "email"})}


class ForgottenForm(PasswordResetForm):
    """Where to send the link that sets a new password."""

    def __init__(self, *args: Any, **fields: Any) -> None:
        super().__init__(*args, **fields)
        self.fields["email"].label = "Mail address of your account"


class DeleteForm(forms.Form):
    """A person's own password, before their account is gone."""

    password = _own_password()


class TokenForm(forms.Form):
    """A new access token."""

    name = forms.CharField(max_length=100, help_text="What will use it.")
    scopes = forms.MultipleChoiceField(
        label="It may", choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label="It ends",
        coerce=int,
        initial=90,
        choices=[(30, "in 30 days"), (90, "in 90 days"), (365, "in a year"), (0, "never")],
    )


class SubscriptionForm(forms.Form):
    """What somebody wants to be told, and how."""

    name = forms.CharField(max_length=100, help_text="In the subject of digests.")
    listing = forms.ChoiceField(label="News of", choices=Subscription.Listing.choices)
    query = forms.CharField(
        label="Filters",
        required=False,
        max_length=4000,
        help_text="As in the address of the listing: tree=mainline&platform=rk3399*. Nothing: all of it.",
        widget=forms.TextInput(attrs={"class": "mono", "spellcheck": "false", "autocapitalize": "none"}),
    )
    way = forms.ChoiceField(label="By", choices=Subscription.Way.choices, widget=forms.RadioSelect)
    hour = forms.IntegerField(
        label="Hour of the daily mail (UTC)", min_value=0, max_value=23, initial=6, required=False
    )
    url = forms.CharField(
        label="Address of the webhook",
        required=False,
        max_length=2000,
        help_text="https://…, in no private network.",
        widget=forms.URLInput(attrs={"autocapitalize": "none"}),
    )

    def wish(self) -> Wish:
        """Return what was filled in, of a form that is valid."""
        values = self.cleaned_data
        return Wish(**{**values, "hour": values["hour"] if values["hour"] is not None else 6})
