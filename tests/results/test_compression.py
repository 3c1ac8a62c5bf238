"""Texts are stored compressed and come back as they were."""

from __future__ import annotations

import pytest
from django.utils import timezone

from results.compression import SHORT, SIZE, Packer, dictionary_of, plain, text_of, unpack
from results.models import Dictionary, Document, Excerpt

LOG = "\n".join(f"[    {n}.{n:06}] usb {n % 7}-1: new high-speed USB device number {n}" for n in range(300))
HARD = ["", "é", "\x01\x02", "\U0001d54f" * 5000, "\ufeff{}", LOG, "a" * SHORT]


@pytest.mark.parametrize("text", HARD)
def test_any_text_comes_back(text):
    assert unpack(Packer().pack(text)) == text
    assert unpack(plain(text)) == text


def test_long_texts_shrink_short_ones_stay():
    assert len(Packer().pack(LOG)) < len(LOG) / 3
    assert Packer().pack("PASS") == plain("PASS")


def test_text_of_takes_what_there_is():
    assert (text_of(None), text_of(b""), text_of("plain"), text_of(plain("x"))) == ("", "", "plain", "x")


@pytest.mark.django_db
class TestDictionary:
    def packer(self, *texts):
        body = dictionary_of(text.encode() for text in texts)
        row = Dictionary.objects.create(kind="excerpt", newest=1, created_at=timezone.now(), body=body)
        return Packer(row.id, body)

    @pytest.mark.parametrize("text", HARD)
    def test_any_text_comes_back(self, text):
        assert unpack(self.packer(LOG).pack(text)) == text

    def test_texts_like_it_cost_next_to_nothing(self):
        packer = self.packer(LOG)
        line = "[    7.000007] usb 3-1: new high-speed USB device number 77"
        assert len(packer.pack(line)) < len(line) / 2
        assert len(packer.pack(LOG.replace("USB", "usb"))) < len(Packer().pack(LOG)) / 2


def test_a_dictionary_has_room_for_long_and_short():
    long, short = (
        [f"{n:05}".encode() * 1000 for n in range(400)],
        [f"short {n}".encode() for n in range(90_000)],
    )
    body = dictionary_of([*short, *long])
    assert len(body) <= SIZE
    assert body.startswith(long[0]) and body.count(b"short") > 5_000
    assert dictionary_of([b"a", b"a", b"b"]) == b"a\nb"
    assert dictionary_of([]) == b""


@pytest.mark.django_db
def test_models_hold_texts():
    Excerpt.objects.create(body=LOG)
    Document.objects.create(key="00000000-0000-0000-0000-000000000001", body='{"a":1}')
    assert (Excerpt.objects.get().body, Document.objects.get().body) == (LOG, '{"a":1}')
