"""What is noted when operators change something."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver

from ingest.models import Rehoming
from results.models import NameAlias, TreeAlias


@receiver([post_save, post_delete], sender=TreeAlias, dispatch_uid="rehoming")
def note_alias(instance: TreeAlias, **_signal: Any) -> None:
    """Note a tree alias that was made, changed or removed, in the transaction of the change."""
    Rehoming.objects.create(name=instance.url)


@receiver(pre_save, sender=TreeAlias, dispatch_uid="rehoming of the old URL")
def note_old_alias(instance: TreeAlias, **_signal: Any) -> None:
    """Note the URL that an alias is no longer about."""
    old = TreeAlias.objects.filter(pk=instance.pk).exclude(url=instance.url)
    Rehoming.objects.bulk_create(Rehoming(name=url) for url in old.values_list("url", flat=True))


@receiver([post_save, post_delete], sender=NameAlias, dispatch_uid="rehoming of names")
def note_name(instance: NameAlias, **_signal: Any) -> None:
    """Note both names of an alias that was made, changed or removed."""
    _note(instance)


@receiver(pre_save, sender=NameAlias, dispatch_uid="rehoming of old names")
def note_old_name(instance: NameAlias, **_signal: Any) -> None:
    """Note both names as they were."""
    for old in NameAlias.objects.filter(pk=instance.pk):
        _note(old)


def _note(alias: NameAlias) -> None:
    Rehoming.objects.bulk_create(Rehoming(kind=alias.kind, name=name) for name in (alias.alias, alias.name))
