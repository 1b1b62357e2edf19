"""`monitor plugins list` and `monitor plugins new NAME`."""

from __future__ import annotations

import json as jsonlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.plugins import KINDS, Plugin, Plugins
from monitor.scaffold import write_plugin
from monitor.settings import load_settings

plugins_app = typer.Typer(help="Show the plugins that are installed, or begin one of your own.", no_args_is_help=True)
Config = Annotated[Path | None, typer.Option(help="Settings file; by default config.toml here.")]


@plugins_app.command("list")
def list_plugins(
    json: Annotated[bool, typer.Option("--json", help="Print a JSON array instead of a table.")] = False,
    config: Config = None,
) -> None:
    """Every plugin with its version, its hooks and what it registers; those that config.toml disables too."""
    plugins = Plugins(load_settings(config).plugins.disabled).all()
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
    folder = write_plugin(name, into, Plugins(load_settings(config).plugins.disabled))
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


def print_table(plugins: list[Plugin]) -> None:
    """One row per plugin."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("plugin", "version", "package", "registers")
    for plugin in plugins:
        lines = [f"{kind.replace('_', ' ')}: {', '.join(names)}" for kind, names in registered(plugin).items()]
        what = "disabled in config.toml" if plugin.disabled else "\n".join(lines) or "nothing"
        style = "dim" if plugin.disabled else None
        table.add_row(*map(escape, (plugin.name, plugin.version, plugin.distribution, what)), style=style)
    Console(width=None if sys.stdout.isatty() else 120).print(table)
