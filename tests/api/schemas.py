"""Asking the API in tests: every answer is checked against the committed schema."""

from __future__ import annotations

import json
import re
from functools import cache

import jsonschema_rs
import yaml
from django.conf import settings

COMMITTED = settings.BASE_DIR / "docs" / "openapi.yaml"


@cache
def committed():
    """Return the committed schema."""
    return yaml.load(COMMITTED.read_text(), yaml.CSafeLoader)


@cache
def validator(path, status, media_type, method="get"):
    """Return what checks the bodies of one answer."""
    body = committed()["paths"][path][method]["responses"][status]["content"][media_type]["schema"]
    return jsonschema_rs.Draft202012Validator({**body, "components": committed()["components"]})


class Api:
    """A test client of /api/v1/ whose answers are all checked."""

    def __init__(self, client):
        self.client = client
        self.routes = [
            (re.compile(re.sub(r"\\\{\w+\\\}", r"[\\s\\S]+", re.escape(path))), path)
            for path in sorted(committed()["paths"], key=lambda path: (path.count("{"), -len(path)))
        ]

    def get(self, path, status=200, /, *, headers=None, **params):
        """Return the checked response."""
        response = self.client.get(f"/api/v1/{path}", params, headers=headers or {})
        assert response.status_code == status, response.content
        self.check(response)
        return response

    def send(self, method, path, body=None, status=200, /, *, token=None, **options):
        """Send JSON, or nothing, with a token; return the checked response."""
        options.setdefault("content_type", "application/json")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = body if isinstance(body, str | bytes) else json.dumps(body) if body is not None else ""
        response = self.client.generic(method, f"/api/v1/{path}", data, headers=headers, **options)
        assert response.status_code == status, response.content
        self.check(response)
        return response

    def json(self, path, status=200, /, **params):
        """Return the checked body."""
        return json.loads(self.get(path, status, **params).content)

    def items(self, path, /, **params):
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
        method = response.request["REQUEST_METHOD"].lower()
        if response.status_code == 405 and method not in committed()["paths"][path]:
            return
        documented = committed()["paths"][path][method]["responses"]
        assert str(response.status_code) in documented
        if response.status_code in (204, 304):
            return
        media_type = response["Content-Type"].split(";")[0]
        check = validator(path, str(response.status_code), media_type, method)
        if media_type.endswith("json") and not response.streaming:
            check.validate(json.loads(response.content))
