"""Addresses that begin a mail in the reader's own program; nothing is ever sent by them."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

LONGEST_BODY: Final = 1800
"""Bytes of a text in such an address: some programs cut longer ones."""


def one_line(text: str) -> str:
    """Return a text as one line that a header may contain."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def mailto(subject: str, body: str, url: str, in_reply_to: str = "") -> str:
    """Return the address that begins a mail; a long text is cut and ends with ``url``."""
    encoded = body.encode()
    if len(encoded) > LONGEST_BODY:
        kept = encoded[: LONGEST_BODY - len(url.encode()) - 10].decode(errors="ignore")
        body = f"{kept.rpartition(chr(10))[0] or kept}\n[…]\n{url}\n"
    fields = [("subject", one_line(subject)), ("body", body), ("In-Reply-To", in_reply_to)]
    return "mailto:?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in fields if value)
