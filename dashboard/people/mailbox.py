"""Whether the address of an account is its owner's: a link in a mail says so."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone

from dashboard.models import Mailbox
from dashboard.people.attempts import MAIL_OF, MAIL_TO, note

logger = logging.getLogger(__name__)

SALT = "treewatch.mailbox"
GOOD_FOR = 7 * 24 * 3600
"""Seconds."""


def is_confirmed(user: User) -> bool:
    """Return whether the present address of a user was shown to be theirs."""
    return bool(user.email) and Mailbox.objects.filter(user=user, address=user.email).exists()


def send_proof(user: User) -> bool:
    """Mail a link that confirms the address of a user; return whether that went out."""
    if not user.email or not (note(MAIL_OF, str(user.pk)) and note(MAIL_TO, user.email.lower())):
        return False
    proof = signing.dumps([user.pk, user.email], salt=SALT)
    link = settings.SITE_URL.rstrip("/") + reverse("account_confirm", args=[proof])
    text = (
        f"Somebody, probably you, gave this address to the account {user.get_username()} on\n"
        f"{settings.SITE_URL}\n\nTo confirm that it is yours, open\n{link}\n\n"
        "If it was not you, do nothing: you will get no other mail.\n"
    )
    try:
        send_mail("Confirm your address", text, None, [user.email])
    except (OSError, SMTPException):
        logger.warning("the mail server does not take mails", exc_info=True)
        return False
    return True


def confirm(proof: str) -> User | None:
    """Note that the address in a link is its user's; None when the link is none of ours or too old."""
    try:
        number, address = signing.loads(proof, salt=SALT, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError):
        return None
    user = User.objects.filter(pk=number, email=address, is_active=True).first()
    if user is not None:
        fields = {"address": address, "confirmed_at": timezone.now()}
        Mailbox.objects.update_or_create(user=user, defaults=fields)
    return user
