"""Parts of addresses that Django's own converters cannot match."""

from __future__ import annotations


class AnythingConverter:
    """Matches any text that is not empty, with slashes, colons and newlines: ids, names, branches."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        """Return the text; it is already decoded."""
        return value

    def to_url(self, value: str) -> str:
        """Return the text; ``reverse`` quotes it."""
        return value
