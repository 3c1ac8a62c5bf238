"""The addresses under /api/v1/."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularAPIView

from dashboard.api import (
    broke,
    commits,
    compare,
    events,
    grid,
    intake,
    issues,
    measurements,
    places,
    product_events,
    products,
    results,
    revision_parts,
    revisions,
    search,
    subscriptions,
    suites,
    tokens,
)
from dashboard.api.endpoint import Endpoint
from dashboard.api.problems import problem


# No form of ours leads here: there is nothing to forge.
@csrf_exempt
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer an address that does not exist."""
    return problem(404, f"There is no {request.path}; /api/ lists what there is.")


urlpatterns = [
    path("trees", revisions.ListTrees.as_view(), name="api_list_trees"),
    path("revisions", revisions.ListRevisions.as_view(), name="api_list_revisions"),
    path(
        "revisions/<str:commit>/changes",
        revision_parts.ListRevisionChanges.as_view(),
        name="api_list_revision_changes",
    ),
    path("revisions/<str:commit>/labs", revision_parts.ListRevisionLabs.as_view(), name="api_revision_labs"),
    path(
        "revisions/<str:commit>/paths", revision_parts.ListRevisionPaths.as_view(), name="api_revision_paths"
    ),
    path(
        "revisions/<str:commit>/arrival",
        revision_parts.GetRevisionArrival.as_view(),
        name="api_revision_arrival",
    ),
    path("revisions/<str:commit>", revisions.GetRevision.as_view(), name="api_get_revision"),
    path("commits/<str:commit>", revisions.FindRevisions.as_view(), name="api_find_revisions"),
    path("git/<str:commit>", commits.GetCommit.as_view(), name="api_get_commit"),
    path("checkouts", revisions.ListCheckouts.as_view(), name="api_list_checkouts"),
    path("checkouts/<anything:kcidb_id>", revisions.GetCheckout.as_view(), name="api_get_checkout"),
    path("builds", results.ListBuilds.as_view(), name="api_list_builds"),
    path("builds/<anything:kcidb_id>", results.GetBuild.as_view(), name="api_get_build"),
    path("boots", results.ListBoots.as_view(), name="api_list_boots"),
    path("tests", results.ListTests.as_view(), name="api_list_tests"),
    path("tests/<anything:kcidb_id>", results.GetTest.as_view(), name="api_get_test"),
    path("series/<int:number>", results.GetSeries.as_view(), name="api_get_series"),
    path(
        "series/<int:number>/measurements", measurements.ListMeasurements.as_view(), name="api_measurements"
    ),
    path("series/<int:number>/analysis", measurements.GetSeriesAnalysis.as_view(), name="api_analysis"),
    path("measurements", measurements.ListMetricChanges.as_view(), name="api_list_metric_changes"),
    path("broke", broke.GetBroke.as_view(), name="api_get_broke"),
    path("grid", grid.ListGrid.as_view(), name="api_list_grid"),
    path("compare", compare.GetComparison.as_view(), name="api_get_comparison"),
    path("compare/changes", compare.ListChanges.as_view(), name="api_list_changes"),
    path(
        "compare/measurements", compare.ListComparedMeasurements.as_view(), name="api_compared_measurements"
    ),
    path("compare/commits", commits.ListComparedCommits.as_view(), name="api_compared_commits"),
    path("search", search.Search.as_view(), name="api_search"),
    path("incidents", issues.ListAllIncidents.as_view(), name="api_list_all_incidents"),
    path("series/<int:number>/runs", results.ListRuns.as_view(), name="api_list_runs"),
    path("regressions", events.ListRegressions.as_view(), name="api_list_regressions"),
    path("regressions/<int:number>", events.GetRegression.as_view(), name="api_get_regression"),
    path(
        "regressions/<int:number>/changes",
        events.ListRegressionChanges.as_view(),
        name="api_list_regression_changes",
    ),
    path(
        "regressions/<int:number>/commits",
        commits.ListRegressionCommits.as_view(),
        name="api_list_regression_commits",
    ),
    path("flaky", events.ListFlaky.as_view(), name="api_list_flaky"),
    path("issues", issues.ListIssues.as_view(), name="api_list_issues"),
    path(
        "issues/<anything:kcidb_id>/changes", issues.ListIssueChanges.as_view(), name="api_list_issue_changes"
    ),
    path("issues/<anything:kcidb_id>/incidents", issues.ListIncidents.as_view(), name="api_list_incidents"),
    path("issues/<anything:kcidb_id>", issues.GetIssue.as_view(), name="api_get_issue"),
    path("devices", places.ListDevices.as_view(), name="api_list_devices"),
    path("devices/<anything:platform>", places.GetDevice.as_view(), name="api_get_device"),
    path("labs", places.ListLabs.as_view(), name="api_list_labs"),
    path("labs/<anything:name>", places.GetLab.as_view(), name="api_get_lab"),
    path("products", products.ListProducts.as_view(), name="api_list_products"),
    path(
        "products/<str:slug>/regressions",
        product_events.ListProductRegressions.as_view(),
        name="api_list_product_regressions",
    ),
    path("products/<str:slug>/gate", products.GetProductGate.as_view(), name="api_get_product_gate"),
    path("products/<str:slug>/report", products.GetProductReport.as_view(), name="api_get_product_report"),
    path("products/<str:slug>", products.GetProduct.as_view(), name="api_get_product"),
    path("suites", suites.ListSuites.as_view(), name="api_list_suites"),
    path("suites/<anything:name>", suites.GetSuite.as_view(), name="api_get_suite"),
    path("submissions", intake.ListSubmissions.as_view(), name="api_list_submissions"),
    path("submissions/<int:number>", intake.GetSubmission.as_view(), name="api_get_submission"),
    path("rejections", intake.ListRejections.as_view(), name="api_list_rejections"),
    path("status", intake.GetStatus.as_view(), name="api_get_status"),
    path("subscriptions", subscriptions.ListSubscriptions.as_view(), name="api_list_subscriptions"),
    path(
        "subscriptions/<int:number>/deliveries",
        subscriptions.ListDeliveries.as_view(),
        name="api_list_deliveries",
    ),
    path("subscriptions/<int:number>", subscriptions.GetSubscription.as_view(), name="api_get_subscription"),
    path("views", subscriptions.ListViews.as_view(), name="api_list_views"),
    path("views/<int:number>", subscriptions.GetView.as_view(), name="api_get_view"),
    path("follows", subscriptions.ListFollows.as_view(), name="api_list_follows"),
    path("tokens", tokens.ListTokens.as_view(), name="api_list_tokens"),
    path("tokens/<int:number>", tokens.GetToken.as_view(), name="api_get_token"),
    path("schema", SpectacularAPIView.as_view(authentication_classes=()), name="schema"),
    re_path(r"^(?P<rest>[\s\S]*)$", nothing),
]


def endpoints() -> Iterator[type[Endpoint]]:
    """Yield the class of each address that answers with data."""
    for pattern in urlpatterns:
        view = getattr(pattern.callback, "view_class", None)
        if isinstance(view, type) and issubclass(view, Endpoint):
            yield view
