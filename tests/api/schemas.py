"""Asking the API in tests: every answer is checked against the committed schema."""

from __future__ import annotations

import json
import re

import yaml
from django.conf import settings
from jsonschema import Draft202012Validator

COMMITTED = settings.BASE_DIR / "docs" / "openapi.yaml"


class Api:
    """A test client of /api/v1/ whose answers are all checked."""

    def __init__(self, client):
        self.client = client
        self.schema = yaml.safe_load(COMMITTED.read_text())
        self.routes = [
            (re.compile(re.sub(r"\\\{\w+\\\}", r"[\\s\\S]+", re.escape(path))), path)
            for path in sorted(self.schema["paths"], key=lambda path: (path.count("{"), -len(path)))
        ]

    def get(self, path, status=200, headers=None, **params):
        """Return the checked response."""
        response = self.client.get(f"/api/v1/{path}", params, headers=headers or {})
        assert response.status_code == status, response.content
        self.check(response)
        return response

    def json(self, path, status=200, **params):
        """Return the checked body."""
        return json.loads(self.get(path, status, **params).content)

    def items(self, path, **params):
        """Return the rows of the first page."""
        return self.json(path, **params)["items"]

    def check(self, response):
        """Check a response of a documented address: its status, media type and body."""
        path = next(
            (name for form, name in self.routes if form.fullmatch(response.request["PATH_INFO"])), None
        )
        if path is None:
            assert response.status_code == 404
            return
        documented = self.schema["paths"][path]["get"]["responses"]
        found = documented[str(response.status_code)]
        if response.status_code == 304:
            return
        media_type = response["Content-Type"].split(";")[0]
        body = found["content"][media_type]["schema"]
        if "json" in media_type and "ndjson" not in media_type:
            whole = {**body, "components": self.schema["components"]}
            Draft202012Validator(whole).validate(json.loads(response.content))
