"""What the mapping is told about this installation: the operator's tables and settings."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from ingest.kernelci.logs import LogReader
from ingest.kernelci.mapping import Site
from ingest.kernelci.paths import Suites
from ingest.models import SuiteRule
from results.models import Lab, NameAlias, Platform


def site_of(api_url: str) -> Site:
    """Return the site for an API, as the tables are now; its log reader remembers failing hosts."""
    parts = urlsplit(api_url)
    compatibles = dict(Platform.objects.exclude(compatibles=[]).values_list("name", "compatibles"))
    lab_urls = dict(Lab.objects.exclude(url="").values_list("name", "url"))
    for one in NameAlias.objects.all():  # nodes name things as they are submitted
        if one.kind == NameAlias.Kind.PLATFORM and one.name in compatibles:
            compatibles[one.alias] = compatibles[one.name]
        if one.kind == NameAlias.Kind.LAB and one.name in lab_urls:
            lab_urls[one.alias] = lab_urls[one.name]
    return Site(
        viewer=f"{parts.scheme}://{parts.netloc}/viewer",
        origin=settings.KERNELCI_ORIGIN,
        compatibles=compatibles,
        lab_urls=lab_urls,
        suites=Suites(SuiteRule.objects.values_list("job", "suite")),
        excerpt=LogReader(settings.KERNELCI_LOG_HOSTS).excerpt,
        keep_custom=settings.KERNELCI_CUSTOM_RUNS,
    )
