"""`monitor plugins list` and `monitor plugins new NAME`."""

from __future__ import annotations

import json as jsonlib
import logging
import math
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.errors import MonitorError
from monitor.plugin.declaration import declaration
from monitor.plugin.registry import KINDS, Plugin, Plugins, plugins_in_use
from monitor.plugin.scaffold import write_plugin
from monitor.settings import Settings, load_settings

log = logging.getLogger("monitor")

plugins_app = typer.Typer(help="Show the plugins that are installed, or begin one of your own.", no_args_is_help=True)
Config = Annotated[Path | None, typer.Option(help="Settings file; by default config.toml here.")]


@plugins_app.command("list")
def list_plugins(
    measures: Annotated[
        bool,
        typer.Option("--measures", help="Show what each analyzer measures and what it means; loads the analyzers."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON array instead of a table.")] = False,
    config: Config = None,
) -> None:
    """Every plugin with its version, its hooks and what it registers; those that config.toml disables too."""
    settings = load_settings(config)
    found = plugins_in_use()
    if measures:
        print_measures(declared_measures(found, settings), json)
        return
    plugins = found.all()
    if json:
        print(jsonlib.dumps([facts(plugin) for plugin in plugins], indent=2))
    else:
        print_table(plugins)


@plugins_app.command("new")
def new_plugin(
    name: Annotated[str, typer.Argument(help="Its name: lower-case words joined by hyphens, such as colour-mood.")],
    into: Annotated[Path, typer.Option(metavar="DIR", help="Folder in which the package's folder is made.")] = Path(),
    config: Config = None,
) -> None:
    """Write an installable package with an example analyzer, its test and a README."""
    folder = write_plugin(name, into, plugins_in_use())
    print(f"{folder} is ready. Next:")
    print(f"  pip install -e '{folder}[dev]'")
    print(f"  pytest {folder}")
    print(f"  monitor run VIDEO --analyzers {folder.name.removeprefix('monitor-')}")


def facts(plugin: Plugin) -> dict[str, Any]:
    """What `--json` says of one plugin; `hooks` and `registers` are empty where it is disabled."""
    return {
        "name": plugin.name,
        "version": plugin.version,
        "distribution": plugin.distribution,
        "disabled": plugin.disabled,
        "hooks": plugin.hooks,
        "registers": registered(plugin),
    }


def registered(plugin: Plugin) -> dict[str, list[str]]:
    """Kind -> names of that kind that `plugin` registers; kinds without any are left out."""
    names = {kind: [each.name for each in plugin.registrations if each.kind == kind] for kind in KINDS}
    return {kind: found for kind, found in names.items() if found}


def declared_measures(plugins: Plugins, settings: Settings) -> list[dict[str, Any]]:
    """One row per measure of every analyzer that can be made: analyzer, measure, unit, low, high, meaning.

    Analyzers declare their measures when they are made, perhaps from their model; one that cannot be made is named in a
    warning.
    """
    from monitor.engine.models import make_analyzer

    rows = []
    for name, registration in plugins.analyzers.items():
        try:
            with closing(make_analyzer(settings, registration)) as analyzer:
                declared = declaration(analyzer)
        except MonitorError as error:
            log.warning("%s is left out: %s", name, error)
            continue
        for measure in declared.measures:
            rows.append({"analyzer": name, "measure": measure.name, **asdict(measure)})
            del rows[-1]["name"]
    return rows


def print_measures(rows: list[dict[str, Any]], json: bool) -> None:
    """A table, or a JSON array in which a range without end is null."""
    from rich.markup import escape
    from rich.table import Table

    from monitor.views.console import table_console

    if json:
        limits = ("low", "high")
        finite = [row | {key: row[key] if math.isfinite(row[key]) else None for key in limits} for row in rows]
        print(jsonlib.dumps(finite, indent=2))
        return
    table = Table("analyzer", "measure", "unit", "range", "meaning")
    for row in rows:
        span = f"{row['low']:g} to {row['high']:g}"
        table.add_row(*map(escape, (row["analyzer"], row["measure"], row["unit"], span, row["meaning"])))
    table_console().print(table)


def print_table(plugins: list[Plugin]) -> None:
    """One row per plugin."""
    from rich.markup import escape
    from rich.table import Table

    from monitor.views.console import table_console

    table = Table("plugin", "version", "package", "registers")
    for plugin in plugins:
        lines = [f"{kind.replace('_', ' ')}: {', '.join(names)}" for kind, names in registered(plugin).items()]
        what = "disabled in config.toml" if plugin.disabled else "\n".join(lines) or "nothing"
        style = "dim" if plugin.disabled else None
        table.add_row(*map(escape, (plugin.name, plugin.version, plugin.distribution, what)), style=style)
    table_console().print(table)
