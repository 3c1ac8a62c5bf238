"""How static files are published: hashed, compressed, and the style sheet in one piece."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLE_SHEET = "css/style.css"
_IMPORT = re.compile(r'@import url\("([^"]+)"\) layer\((\w+)\);')
_IDLE = re.compile(r"/\*.*?\*/|^\s+|\s+$", re.DOTALL | re.MULTILINE)
"""What says nothing to a browser: comments, and what is white at either end of a line."""


class BundlingStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Whitenoise's storage, which also puts the imports of the style sheet in their place."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Bundle, then hash and compress; called by ``collectstatic``."""
        if STYLE_SHEET in paths and not dry_run:
            storage, path = paths[STYLE_SHEET]
            with storage.open(path) as file:
                bundle = _IMPORT.sub(lambda found: self._layer(paths, *found.groups()), file.read().decode())
            self.delete(STYLE_SHEET)
            self._save(STYLE_SHEET, ContentFile(bundle.encode()))
            paths[STYLE_SHEET] = (self, STYLE_SHEET)
        yield from super().post_process(paths, dry_run, **options)

    @staticmethod
    def _layer(paths: dict[str, Any], name: str, layer: str) -> str:
        storage, path = paths[name.removeprefix(settings.STATIC_URL)]
        with storage.open(path) as file:
            return f"@layer {layer} {{\n{_IDLE.sub('', file.read().decode())}}}"
