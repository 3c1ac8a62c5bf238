"""What is noted when operators change something."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver

from ingest.models import Rehoming
from results.models import TreeAlias


@receiver([post_save, post_delete], sender=TreeAlias, dispatch_uid="rehoming")
def note_alias(instance: TreeAlias, **_signal: Any) -> None:
    """Note a tree alias that was made, changed or removed, in the transaction of the change."""
    Rehoming.objects.create(url=instance.url)


@receiver(pre_save, sender=TreeAlias, dispatch_uid="rehoming of the old URL")
def note_old_alias(instance: TreeAlias, **_signal: Any) -> None:
    """Note the URL that an alias is no longer about."""
    old = TreeAlias.objects.filter(pk=instance.pk).exclude(url=instance.url)
    Rehoming.objects.bulk_create(Rehoming(url=url) for url in old.values_list("url", flat=True))
