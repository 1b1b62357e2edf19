"""HTML from Jinja2 templates, in which every value is escaped unless it is HTML already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from monitor.views.colours import colour

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, /, *, package: str = "monitor.views", **values: Any) -> Markup:
    """`template`, a file in the folder `templates` of `package`, filled with `values`.

    Templates have the filter `colour`, which gives the colour of a label. A value that is missing is an error.
    """
    return Markup(_environment(package).get_template(template).render(values))


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, kind: str = "numbers") -> Markup:
    """A plain table; `kind` is its class, and `numbers` is made to scroll where it is too wide."""
    return render("table.html", kind=kind, heads=heads, rows=rows)


@cache
def _environment(package: str) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        autoescape=True,
        loader=PackageLoader(package),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["colour"] = colour
    return environment
