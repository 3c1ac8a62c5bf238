"""Writing products: a text, what is wrong with it, and all that it was before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import unified_diff
from typing import Final

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.filters import BadQuery, read_query
from dashboard.rows import tree_name
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import twins
from results.errors import NotFound
from results.models import Product
from results.products.definition import PICKED, BadDefinition, Definition, Problem, parse
from results.products.gates import FORMS
from results.products.naming import canonical
from results.products.store import (
    BadSlug,
    NotAllowed,
    change_product,
    create_product,
    delete_product,
    may_change,
    slug_of,
)
from results.queries.product_branches import product_branches
from results.queries.products import ProductChangeRow, product_changes

EXAMPLE: Final = """\
name  Acme Tab 3
about Three boards that ship linux-6.12.y

# Everything below "select" is one set of results.
select
  tree     stable-rc
  branch   linux-6.12.y
  platform rk3399-gru-kevin meson-g12b-a311d-libretech-cc imx8mp-evk
  suite    boot kselftest*

gate boot >= 99 %
gate tests newfail = 0
gate coverage >= 90 %
"""
MOST_COMPARED: Final = 2000
"""Lines of two definitions that are compared: the time for it grows with their square."""
ACTIONS: Final = ("check", "save", "delete")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a definition means: it selects these branches, and its usual form is ``text``."""

    definition: Definition
    branches: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPage(Frame):
    """The form of a product. ``slug`` is the short name that is asked for of a new one."""

    address: str
    text: str
    slug: str
    is_new: bool
    may_save: bool
    why: str = ""
    message: str = ""
    problems: tuple[Problem, ...] = ()
    checked: Checked | None = None
    dimensions: tuple[str, ...] = PICKED
    forms: tuple[str, ...] = FORMS


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change of a definition; ``diff`` are the lines of it, each with a sign before it."""

    row: ProductChangeRow
    diff: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage(Frame):
    """The newest definitions that a product had."""

    slug: str
    is_deleted: bool
    lines: tuple[ChangeLine, ...]


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Answer /products/new: anybody may try a definition, those who are signed in may keep it."""
    page = EditPage(
        title="New product",
        heading="New product",
        section="products",
        verdict="Trees, devices and tests that belong together, and what must hold before they ship.",
        crumbs=(Link("Products", reverse("products")),),
        address=reverse("product_new"),
        text=_said(request, "text", EXAMPLE),
        slug=_said(request, "slug"),
        why=_said(request, "why"),
        is_new=True,
        may_save=request.user.is_authenticated,
    )
    if request.method != "POST":
        read_query(request.GET)
        return render_page(request, "products/edit.html", page)
    checked = _checked(page)
    if checked.checked is None or _action(request) == "check":
        return render_page(request, "products/edit.html", checked)
    user = _user(request)
    if user is None:
        return render_page(request, "products/edit.html", replace(checked, message="Sign in to save it."))
    slug = page.slug or slug_of(checked.checked.definition.name)
    try:
        create_product(slug, page.text, who=user, why=page.why)
    except BadSlug as error:
        return render_page(
            request, "products/edit.html", replace(checked, slug=slug, message=f"Short name: {error}.")
        )
    return _see(reverse("product", args=[slug]))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer /p/<slug>/edit: everybody may read and try, the owner and staff may change."""
    product = _product(slug)
    user = _user(request)
    page = EditPage(
        title=f"Definition of {product.name}",
        heading=f"Definition of {product.name}",
        section="products",
        crumbs=(Link("Products", reverse("products")), Link(product.name, reverse("product", args=[slug]))),
        address=reverse("product_edit", args=[slug]),
        text=_said(request, "text", product.text),
        slug=slug,
        why=_said(request, "why"),
        is_new=False,
        may_save=may_change(product, user),
    )
    if request.method != "POST":
        read_query(request.GET)
        return render_page(request, "products/edit.html", page)
    action = _action(request)
    if action == "delete":
        return _delete(request, slug, page, user)
    checked = _checked(page)
    if checked.checked is None or action == "check":
        return render_page(request, "products/edit.html", checked)
    try:
        change_product(slug, page.text, who=_signed_in(user), why=page.why)
    except NotAllowed as error:
        raise PermissionDenied("The product belongs to somebody else.") from error
    return _see(reverse("product", args=[slug]))


@require_safe
@twins()
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer /p/<slug>/history, also of a product that was deleted."""
    read_query(request.GET)
    product = Product.objects.filter(slug=slug).first()
    if product is None:
        raise NotFound(f"product {slug}")
    is_deleted = product.deleted is not None
    page = HistoryPage(
        title=f"History of {product.name}",
        heading=f"History of {product.name}",
        section="products",
        verdict="The product was deleted." if is_deleted else "",
        crumbs=(
            Link("Products", reverse("products")),
            Link(product.name, "" if is_deleted else reverse("product", args=[slug])),
        ),
        slug=slug,
        is_deleted=is_deleted,
        lines=tuple(ChangeLine(row, _diff(row)) for row in product_changes(product.pk)),
    )
    return render_page(request, "products/history.html", page)


def _delete(request: HttpRequest, slug: str, page: EditPage, user: User | None) -> HttpResponse:
    if request.POST.get("sure") != "yes":
        unsure = replace(page, message="Tick the box to delete the product.")
        return render_page(request, "products/edit.html", unsure)
    try:
        delete_product(slug, who=_signed_in(user), why=page.why)
    except NotAllowed as error:
        raise PermissionDenied("The product belongs to somebody else.") from error
    return _see(reverse("products"))


def _checked(page: EditPage) -> EditPage:
    try:
        definition = parse(page.text)
    except BadDefinition as error:
        return replace(page, problems=error.problems)
    (branches,) = product_branches([(canonical([definition])[0].parts, None)])
    names = tuple(dict.fromkeys(tree_name(branch.ref) for branch in branches))
    return replace(page, checked=Checked(definition, names, str(definition)))


def _product(slug: str) -> Product:
    product = Product.objects.filter(slug=slug, deleted=None).first()
    if product is None:
        raise NotFound(f"product {slug}")
    return product


def _said(request: HttpRequest, name: str, default: str = "") -> str:
    """Return a field of the form, with the line ends that were meant."""
    if request.method != "POST" or name not in request.POST:
        return default
    return request.POST[name].replace("\r\n", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _action(request: HttpRequest) -> str:
    action = request.POST.get("action", "check")
    if action not in ACTIONS:
        raise BadQuery("action is one of these", ACTIONS, ("action",))
    return action


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _signed_in(user: User | None) -> User:
    if user is None:
        raise PermissionDenied("Sign in first.")
    return user


def _see(url: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def _diff(row: ProductChangeRow) -> tuple[str, ...]:
    """Return what changed, line by line."""
    before, after = row.before.splitlines(), row.text.splitlines()
    if len(before) + len(after) > MOST_COMPARED:
        return (f"{len(after):,} lines: too many to say what changed in them.",)
    lines = tuple(unified_diff(before, after, lineterm="", n=2))
    return lines[2:] if before else lines[3:]  # the names of files say nothing, nor where all begins
