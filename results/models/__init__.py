"""The relational model: what is true. One module per subject; import from here."""

from results.models.contents import Document, Excerpt
from results.models.dimensions import (
    Architecture,
    Compiler,
    Config,
    Lab,
    Origin,
    Platform,
    Suite,
    TestPath,
    Unit,
)
from results.models.objects import (
    Build,
    Checkout,
    Incident,
    Issue,
    Revision,
    Series,
    Test,
    Tree,
    TreeAlias,
)
from results.models.rollups import DayCount, Due, IssueCount, ResultCount, RevisionCount
from results.models.submissions import FieldSource, Rejection, Submission

__all__ = [
    "Architecture",
    "Build",
    "Checkout",
    "Compiler",
    "Config",
    "DayCount",
    "Document",
    "Due",
    "Excerpt",
    "FieldSource",
    "Incident",
    "Issue",
    "IssueCount",
    "Lab",
    "Origin",
    "Platform",
    "Rejection",
    "ResultCount",
    "Revision",
    "RevisionCount",
    "Series",
    "Submission",
    "Suite",
    "Test",
    "TestPath",
    "Tree",
    "TreeAlias",
    "Unit",
]
