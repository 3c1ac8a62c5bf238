"""POST /submit as its clients see it."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import time
from threading import Event, Thread

import jwt
import pytest
from django.utils import timezone

from ingest.intake import durable, senders, tokens, views
from ingest.intake.durable import SharedSync
from ingest.intake.spool import Spool
from ingest.intake.tokens import create_token, forget_tokens, revoke_token
from ingest.intake.waking import loader_rests
from ingest.models import Token
from tests.ingest.intake.documents import document

SECRET = "a secret of at least thirty-two bytes"


def send(client, body, **headers):
    return client.post("/submit", body, content_type="application/json", headers=headers)


def waiting(spool):
    return sorted(spool.names())


def refused(response, status):
    answer = response.json()
    assert (response.status_code, answer["id"], answer["status"]) == (status, "0", "error")
    return answer["message"]


def test_answers_like_kcidb_once_the_body_is_in_the_spool(client, auth, spool):
    answer = send(client, document(), **auth).json()
    assert re.fullmatch("[A-Za-z0-9]{40}", answer["id"])
    assert answer["status"] == "ok"
    assert answer["message"]
    assert waiting(spool) == [f"submission-{answer['id']}.json"]
    assert (spool.folder / waiting(spool)[0]).read_bytes() == document()
    assert spool.origins_of(waiting(spool)[0]) == ("acme",)


def test_body_and_its_sender_are_synced_before_the_answer(client, auth, spool, monkeypatch):
    synced = []
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
    )
    send(client, document(), **auth)
    names = [path.removeprefix(str(spool.folder)).partition("/")[2] for path in synced]
    assert names[0] == "" and names[1].startswith("senders/.") and names[2] == "senders"
    assert names[3].endswith(".json.temp") and names[4:] == [""]
    synced.clear()
    send(client, document(), **auth)  # its sender is known by now
    assert [os.path.basename(path).partition(".")[2] for path in synced] == ["json.temp", ""]


def test_a_file_whose_sender_is_not_known_is_nobodys(client, auth, spool):
    send(client, document(), **auth)
    (name,) = waiting(spool)
    shutil.rmtree(spool.folder / "senders")
    senders.origins_of_sender.cache_clear()
    with pytest.raises(OSError, match="nothing is known of its sender"):
        spool.origins_of(name)
    assert Spool(spool.folder).origins_of(name) is None  # in a folder of others, all are trusted
    send(client, document(), **auth)  # the same sender makes itself known again
    assert spool.origins_of(name) == ("acme",)


def test_a_sender_whose_rights_change_is_another_one(client, auth, spool):
    send(client, document(), **auth)
    Token.objects.update(origins=["other"])
    forget_tokens()
    send(client, document(), **auth)
    assert sorted(spool.origins_of(name) for name in waiting(spool)) == [("acme",), ("other",)]


def test_who_comes_while_a_sync_runs_shares_the_next_one(tmp_path, monkeypatch):
    syncs, begun, go_on = [], Event(), Event()

    def sync(folder):
        syncs.append(folder)
        begun.set()
        assert go_on.wait(10)

    monkeypatch.setattr(durable, "sync_folder", sync)
    shared = SharedSync(tmp_path)
    threads = [Thread(target=shared.sync) for _ in range(5)]
    threads[0].start()
    assert begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(shared._state._waiters) < 4:
        time.sleep(0.001)
    go_on.set()
    for thread in threads:
        thread.join()
    assert len(syncs) == 2


def test_a_token_is_asked_for_again_soon(client, auth, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(tokens, "REMEMBERED_SECONDS", 1.0)
    send(client, document(), **auth)
    with django_assert_num_queries(0):
        assert send(client, document(), **auth).status_code == 200
    Token.objects.update(revoked_at=timezone.now())
    time.sleep(1.1)
    assert send(client, document(), **auth).status_code == 401


def test_the_loader_is_woken_once_until_it_rests(client, auth, woken):
    for _ in range(3):
        send(client, document(), **auth)
    assert woken == ["ingest.load_spool"]
    loader_rests()
    send(client, document(), **auth)
    assert len(woken) == 2


def test_gzip_is_stored_unpacked(client, auth, spool):
    packed = gzip.compress(document()[:100]) + gzip.compress(document()[100:])
    assert send(client, packed, **auth, content_encoding="gzip").status_code == 200
    assert (spool.folder / waiting(spool)[0]).read_bytes() == document()


@pytest.mark.parametrize(
    ("body", "encoding", "status", "word"),
    [
        (b"{", "identity", 400, "not JSON"),
        (b"", "identity", 400, "empty"),
        (b"no gzip", "gzip", 400, "not gzip"),
        (gzip.compress(document())[:-9], "gzip", 400, "cut short"),
        (document(), "br", 415, "gzip"),
    ],
)
def test_unusable_bodies_leave_nothing_behind(client, auth, spool, body, encoding, status, word):
    response = send(client, body, **auth, content_encoding=encoding)
    assert word in refused(response, status)
    assert not [path for path in spool.folder.iterdir() if path.is_file()]


def test_size_limit_holds_for_what_is_sent_and_for_what_it_unfolds_to(client, auth, spool, settings):
    settings.SUBMIT_MAX_BYTES = 100_000
    assert "100,000" in refused(send(client, b" " * 100_001, **auth), 413)
    bomb = gzip.compress(b" " * 10_000_000)
    assert "100,000" in refused(send(client, bomb, **auth, content_encoding="gzip"), 413)
    assert not waiting(spool)


def test_large_bodies_are_taken_without_being_parsed(client, auth, spool, monkeypatch):
    monkeypatch.setattr(views, "CHECKED_BYTES", 10)
    assert send(client, b"{" * 20, **auth).status_code == 200


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "Bearer tw_guess", "Bearer a.b.c"])
def test_without_a_token_nothing_is_taken(client, db, spool, header):
    response = send(client, document(), Authorization=header)
    refused(response, 401)
    assert response["WWW-Authenticate"] == "Bearer"
    assert not waiting(spool)


def test_revoked_and_expired_tokens_say_so(client, db):
    _, old = create_token("old", ["acme"], expires_at=timezone.now())
    _, lost = create_token("lost", ["acme"])
    assert revoke_token("lost")
    assert not revoke_token("lost")
    assert "expired" in refused(send(client, document(), Authorization=f"Bearer {old}"), 401)
    assert "revoked" in refused(send(client, document(), Authorization=f"Bearer {lost}"), 401)


def test_a_token_without_the_scope_is_told(client, secret, auth):
    Token.objects.update(scopes=[])
    assert "submit" in refused(send(client, document(), **auth), 403)


def test_only_the_hash_of_a_secret_is_kept(secret):
    token = Token.objects.get()
    assert len(token.digest) == 32
    assert (
        secret.encode() not in json.dumps({name: str(value) for name, value in vars(token).items()}).encode()
    )


def test_use_of_a_token_is_noted(client, auth):
    send(client, document(), **auth)
    assert abs(Token.objects.get().last_used_at - timezone.now()).total_seconds() < 5


def bearer(claims, secret=SECRET, algorithm="HS256"):
    return {"Authorization": "Bearer " + jwt.encode(claims, secret, algorithm)}


def later():
    return int(time.time()) + 60


def test_json_web_tokens_are_bound_to_their_origin(client, spool, settings):
    settings.JWT_SECRETS = ["another secret of more than thirty-two bytes", SECRET]
    response = send(client, document(), **bearer({"origin": "acme", "exp": later()}))
    assert response.status_code == 200
    assert spool.origins_of(waiting(spool)[0]) == ("acme",)


@pytest.mark.parametrize(
    "headers",
    [
        bearer({"origin": "acme", "exp": int(time.time()) - 5}),
        bearer({"origin": "acme"}),
        bearer({"exp": later()}),
        bearer({"origin": ["acme"], "exp": later()}),
        bearer({"origin": "acme", "exp": later()}, secret="x" * 40),
        bearer({"origin": "acme", "exp": later()}, secret=SECRET * 2, algorithm="HS512"),
        bearer({"origin": "acme", "exp": later()}, secret=None, algorithm="none"),
    ],
)
def test_bad_json_web_tokens_open_nothing(client, spool, settings, headers):
    settings.JWT_SECRETS = [SECRET]
    refused(send(client, document(), **headers), 401)


def test_without_a_secret_no_json_web_token_is_taken(client):
    refused(send(client, document(), **bearer({"origin": "acme", "exp": later()})), 401)


def test_requests_are_limited_per_token(client, auth, settings):
    settings.SUBMIT_REQUESTS_PER_MINUTE = 2
    assert [send(client, document(), **auth).status_code for _ in range(2)] == [200, 200]
    response = send(client, document(), **auth)
    assert "2 requests" in refused(response, 429)
    assert 0 < int(response["Retry-After"]) <= 60
    _, other = create_token("another lab", ["acme"])
    assert send(client, document(), Authorization=f"Bearer {other}").status_code == 200


def test_a_token_has_its_own_limit_of_bytes(client, secret, auth):
    Token.objects.update(bytes_per_hour=10)
    assert send(client, document(), **auth).status_code == 200
    assert "10 bytes" in refused(send(client, document(), **auth), 429)


def test_without_redis_there_are_no_limits_and_no_losses(client, auth, spool, settings):
    nowhere = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    settings.CACHES, settings.REDIS_URL = {"default": nowhere}, nowhere["LOCATION"]
    settings.SUBMIT_REQUESTS_PER_MINUTE = 1
    assert [send(client, document(), **auth).status_code for _ in range(2)] == [200, 200]
    assert len(waiting(spool)) == 2


def test_a_full_disk_is_said_and_leaves_nothing(client, auth, spool, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    refused(send(client, document(), **auth), 500)
    assert not waiting(spool)


def test_authtest_tells_what_a_token_opens(client, auth):
    assert client.get("/authtest", headers=auth).json()["origins"] == ["acme"]
    refused(client.get("/authtest"), 401)


def test_other_methods_are_told_the_right_one(client, auth):
    assert "POST" in refused(client.get("/submit", headers=auth), 405)
