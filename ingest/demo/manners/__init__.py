"""How the origins write: one module per origin, or for the small ones together."""

from ingest.demo.manners.base import Builder, BuildRun, Job, Json, Manner, Written
from ingest.demo.manners.linaro import Linaro
from ingest.demo.manners.maestro import Maestro
from ingest.demo.manners.redhat import RedHat
from ingest.demo.manners.small import Microsoft, TexasInstruments

MANNERS: dict[str, type[Manner]] = {
    manner.origin: manner for manner in (Maestro, Linaro, RedHat, TexasInstruments, Microsoft)
}

__all__ = ["MANNERS", "BuildRun", "Builder", "Job", "Json", "Maestro", "Manner", "Written"]
