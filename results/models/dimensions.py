"""The small tables that results are grouped by: who, where and with what.

Names are normalised at the door (see ``ingest.normalise``); the submitted text stays in the
object's document.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models

NAME_LENGTH = 512


class Named(models.Model):
    """A row known by its name, which is unique."""

    name = models.CharField(max_length=NAME_LENGTH, unique=True)

    class Meta:
        abstract = True
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Origin(Named):
    """A CI system that submits results."""

    class Meta(Named.Meta):
        db_table = "results_origin"


class Lab(Named):
    """Where tests ran: a lab, or the runtime (k8s, shell) of an origin without one.

    ``url`` is the address of its LAVA server, "" when not known: links to jobs are made from it.
    """

    is_physical = models.BooleanField(default=True)
    url = models.CharField(max_length=NAME_LENGTH, default="", db_default="", blank=True)

    class Meta(Named.Meta):
        db_table = "results_lab"


class Platform(Named):
    """A kind of hardware (or virtual machine) that tests run on.

    ``compatibles`` are device-tree strings, most specific first; ``vendor`` is the part before
    the comma of the first one ("" when there is none); the list is that of the submission of
    ``compatibles_at``, or an operator's, which no submission changes when it ``is_fixed``.
    """

    compatibles = ArrayField(models.CharField(max_length=NAME_LENGTH), default=list, blank=True)
    vendor = models.CharField(max_length=NAME_LENGTH, default="", db_default="", blank=True)
    compatibles_at = models.DateTimeField(null=True, editable=False)
    is_fixed = models.BooleanField(
        default=False, db_default=False, help_text="Submissions do not change the compatibles."
    )

    class Meta(Named.Meta):
        db_table = "results_platform"


class NameAlias(models.Model):
    """An operator's word that two names of a lab, a platform or an origin mean the same one.

    What is submitted under ``alias`` is filed under ``name``; documents keep what was submitted.
    One step and no more: nothing is filed under an alias.
    """

    class Kind(models.TextChoices):
        LAB = "lab"
        PLATFORM = "platform"
        ORIGIN = "origin"

    id = models.AutoField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind)
    alias = models.CharField(max_length=NAME_LENGTH, help_text="As it is submitted.")
    name = models.CharField(max_length=NAME_LENGTH, help_text="As it is called here.")

    class Meta:
        db_table = "results_namealias"
        verbose_name_plural = "name aliases"
        ordering = ("kind", "name", "alias")
        constraints = [models.UniqueConstraint(fields=("kind", "alias"), name="namealias_identity")]

    def __str__(self) -> str:
        return f"{self.kind} {self.alias} → {self.name}"

    def problem(self) -> str:
        """Return why the alias cannot be, in a sentence; "" when it can."""
        others = NameAlias.objects.filter(kind=self.kind).exclude(pk=self.pk)
        if not self.alias or not self.name:
            return "An alias and a name are needed."
        if self.alias == self.name:
            return f"The {self.kind} “{self.name}” cannot be an alias of itself."
        if further := others.filter(alias=self.name).first():
            return f"“{self.name}” is an alias of “{further.name}” itself: name that {self.kind} instead."
        if before := others.filter(name=self.alias).first():
            return f"“{before.alias}” is filed under “{self.alias}”: make it an alias of “{self.name}” first."
        return ""

    def clean(self) -> None:
        """Refuse aliases of themselves, chains and loops."""
        self.alias, self.name = self.alias.strip(), self.name.strip()
        if problem := self.problem():
            raise ValidationError(problem)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the alias; ValidationError when it cannot be. A new name is described as the alias was."""
        self.clean()
        model = NAMED[self.kind]
        if not model.objects.filter(name=self.name).exists():
            row = model.objects.filter(name=self.alias).first() or model()
            row.pk, row.name = None, self.name
            row.save(force_insert=True)
        super().save(*args, **kwargs)


NAMED: dict[str, type[Origin | Lab | Platform]] = {
    NameAlias.Kind.LAB: Lab,
    NameAlias.Kind.PLATFORM: Platform,
    NameAlias.Kind.ORIGIN: Origin,
}
"""What can have aliases, by kind."""


class Architecture(Named):
    """A kernel architecture under its usual name (arm64, not aarch64)."""

    class Meta(Named.Meta):
        db_table = "results_architecture"


class Compiler(Named):
    """A compiler with its major version (gcc-12, clang-20)."""

    class Meta(Named.Meta):
        db_table = "results_compiler"


class Config(Named):
    """A kernel configuration (defconfig, defconfig+fragment)."""

    class Meta(Named.Meta):
        db_table = "results_config"


class Suite(Named):
    """The first one or two parts of a test path: kselftest.net, ltp, boot."""

    class Meta(Named.Meta):
        db_table = "results_suite"


class TestPath(Named):
    """A node of the test tree (ltp.syscalls.futex_wait05). "" is the root, or no path."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    suite = models.ForeignKey(Suite, on_delete=models.PROTECT, related_name="paths")

    class Meta(Named.Meta):
        db_table = "results_testpath"
        indexes = [GinIndex(fields=["name"], name="testpath_trigrams", opclasses=["gin_trgm_ops"])]


class Unit(models.Model):
    """A unit of measurement and how to scale it: ``prefix`` is "metric", "binary" or ""."""

    name = models.CharField(max_length=NAME_LENGTH)
    prefix = models.CharField(max_length=6, default="", db_default="")

    class Meta:
        db_table = "results_unit"
        constraints = [models.UniqueConstraint(fields=("name", "prefix"), name="unit_identity")]

    def __str__(self) -> str:
        return self.name
