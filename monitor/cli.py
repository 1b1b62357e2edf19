"""The command line: `monitor COMMAND`. Every command is a file in `monitor/commands`, or comes from a plugin."""

from __future__ import annotations

import logging
import sys

import typer
from typer.exceptions import TyperException

from monitor.commands.bench import bench
from monitor.commands.dashboard import dashboard
from monitor.commands.demo import demo
from monitor.commands.export import export
from monitor.commands.plugins import plugins_app
from monitor.commands.report import report
from monitor.commands.run import run
from monitor.commands.sessions import sessions
from monitor.errors import ConfigError, MonitorError, PluginError
from monitor.libraries import explained_imports
from monitor.plugins import Plugins
from monitor.settings import load_settings

OWN_COMMANDS = (run, dashboard, sessions, export, report, bench, demo)


def make_app(plugins: Plugins) -> typer.Typer:
    """The command line with all that `plugins` add to it. Raises PluginError for a command that is there already."""
    app = typer.Typer(
        name="monitor",
        help="Watch emotion shares of faces and scenes in videos and live streams.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for command in OWN_COMMANDS:
        app.command()(command)
    app.add_typer(plugins_app, name="plugins")
    groups = {
        "train": typer.Typer(help="Train a model.", no_args_is_help=True),
        "evaluate": typer.Typer(help="Measure a model on data it was not trained on.", no_args_is_help=True),
        "explain": typer.Typer(help="See what a model looks at in a picture.", no_args_is_help=True),
    }
    for group, commands in groups.items():
        for name, registration in plugins.trainers.items():
            command = getattr(registration.thing, group)
            if command is not None:
                commands.command(name)(command)
        app.add_typer(commands, name=group)
    own = {command.__name__ for command in OWN_COMMANDS} | {"plugins", *groups}
    for name, registration in plugins.commands.items():
        if name in own:
            raise PluginError(
                f"plugin {registration.plugin!r} registers command {name!r}, which the program itself has"
            )
        if isinstance(registration.thing, typer.Typer):
            app.add_typer(registration.thing, name=name)
        else:
            app.command(name)(registration.thing)
    return app


def main() -> None:
    """Run the command line; every MonitorError is one line on standard error and exit code 2."""
    logging.basicConfig(format="monitor: %(message)s", level=logging.WARNING)
    try:
        with explained_imports():
            code = make_app(Plugins(_disabled()))(standalone_mode=False)
    except MonitorError as error:
        sys.exit(complain(error))
    except TyperException as error:
        sys.exit(complain(error.format_message()))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def complain(problem: object) -> int:
    """Print one line on standard error; the exit code that goes with it."""
    print(f"monitor: error: {' '.join(str(problem).split())}", file=sys.stderr)
    return 2


def _disabled() -> list[str]:
    """Plugins that config.toml disables. A broken file is reported by the command that reads it, not by `--help`."""
    try:
        return load_settings().plugins.disabled
    except ConfigError:
        return []


if __name__ == "__main__":
    main()
