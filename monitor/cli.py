"""The command line: `monitor COMMAND`. Every command is a file in `monitor/commands`, or comes from a plugin."""

from __future__ import annotations

import atexit
import gc
import importlib.metadata
import logging
import os
import sys
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand
from typer.exceptions import TyperException

from monitor.commands.error_line import print_error
from monitor.errors import ConfigError, MonitorError, PluginError
from monitor.model.configuration import configured
from monitor.plugin import Command, Server
from monitor.plugin.registry import OWN, Plugins
from monitor.system_packages import explained_imports

if TYPE_CHECKING:
    from monitor.settings import Settings

OWN_COMMANDS = {
    "run": Command("monitor.commands.run:run", "Analyse SOURCEs, store what is seen, and print the emotion shares."),
    "sessions": Command("monitor.commands.sessions:sessions", "List the sessions of the store, the newest first."),
    "export": Command(
        "monitor.commands.export:export",
        "Export a session: raw observations, one row per sample and subject, and share windows.",
    ),
    "report": Command(
        "monitor.commands.report:report",
        "Write a session's report: one HTML file with shares, interactive timelines, people and stream health.",
    ),
    "delete": Command(
        "monitor.commands.delete:delete",
        "Delete sessions with their shares, people, pictures, marks, and what plugins kept of them.",
    ),
    "bench": Command(
        "monitor.commands.bench:bench",
        "Time the whole pipeline and other ways through one FILE, in turn, and each stage by itself.",
    ),
    "bench-store": Command(
        "monitor.commands.bench_store:bench_store",
        "Record a made-up session of a door camera as fast as possible, then measure what reading it costs.",
    ),
    "bench-sessions": Command(
        "monitor.commands.bench_sessions:bench_sessions",
        "Fill a store with made-up sessions, then measure what lists and each page of the dashboard cost.",
    ),
    "demo": Command(
        "monitor.commands.demo:demo",
        "Make a short clip with changing expressions, analyse it, print the shares and write a report.",
    ),
    "plugins": Command(
        "monitor.commands.plugins:plugins_app", "Show the plugins that are installed, or begin one of your own."
    ),
    "models": Command("monitor.commands.models:models_app", "Models that are shipped or were trained here."),
}
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "1")
"""NumPy's linear algebra is to use one thread, unless the user has said otherwise: of the small matrices here several
make no use, but wait for more on cores that decode. It reads the variable when NumPy is imported."""
NEW_OBJECTS = 10_000
"""After so many new objects Python looks for garbage: after 700, its own number, it goes through what is imported again
and again while that still grows."""
OF_TRAINERS = {
    "train": "Train a model.",
    "evaluate": "Measure a model on data it was not trained on.",
    "explain": "See what a model looks at in a picture.",
}
"""Groups with a command of each trainer that has one."""


def make_app(plugins: Plugins) -> typer.Typer:
    """The command line with all that `plugins` add to it. Raises PluginError for a command that is there already."""
    app = typer.Typer(
        name="monitor",
        help="Watch emotion shares of faces and scenes in videos and live streams.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(for_all_commands)
    for name, command in OWN_COMMANDS.items():
        _add_late(app, name, command.help, command.load)
    for name, about in OF_TRAINERS.items():
        _add_late(app, name, about, partial(_commands_of_trainers, plugins, name, about))
    for name, registration in plugins.commands.items():
        if name in OWN_COMMANDS or name in OF_TRAINERS:
            raise PluginError(
                f"plugin {registration.plugin!r} registers command {name!r}, which the program itself has"
            )
        if isinstance(registration.thing, Command):
            _add_late(app, name, registration.thing.help, registration.loaded)
        else:
            _add(app, name, registration.thing)
    return app


class LateCommand(TyperCommand):
    """Stands for a command, or a group of them, that is imported when it is called."""

    def __init__(self, *given: Any, load: Callable[[], Any], **named: Any) -> None:
        super().__init__(*given, **named)
        self._load = load

    @cached_property
    def loaded(self) -> Any:
        """The command itself."""
        app = typer.Typer()
        app.callback()(_nothing)
        _add(app, str(self.name), self._load())
        return typer.main.get_command(app).commands[self.name]  # type: ignore[attr-defined]

    def make_context(self, *given: Any, **named: Any) -> Any:
        """What a call of the command itself begins with, in which it is the one that goes on."""
        return self.loaded.make_context(*given, **named)


def _add(app: typer.Typer, name: str, thing: Any) -> None:
    """Add what a plugin may register as a command: a function, a group, or a server."""
    if isinstance(thing, typer.Typer):
        app.add_typer(thing, name=name)
    else:
        app.command(name)(thing.command if isinstance(thing, Server) else thing)


def _add_late(app: typer.Typer, name: str, about: str, load: Callable[[], Any]) -> None:
    """Add a command that is imported by `load` when it is called; `about` is its line in the list."""
    late: Any = partial(LateCommand, load=load)
    app.command(name, help=about, cls=late)(_nothing)


def _nothing() -> None:
    """What Typer wants a function for that is never called."""


def _commands_of_trainers(plugins: Plugins, group: str, about: str) -> typer.Typer:
    """`group` is the function of a trainer, as in `Trainer.evaluate`."""
    commands = typer.Typer(help=about, no_args_is_help=True)
    for name, registration in plugins.trainers.items():
        command = getattr(registration.thing, group)
        if command is not None:
            commands.command(name)(command)
    return commands


def _print_version(asked: bool) -> None:
    if asked:
        print(f"{OWN} {importlib.metadata.version(OWN)}")
        raise typer.Exit


def for_all_commands(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="Settings file; by default config.toml here.")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    name = context.invoked_subcommand
    if config is not None and name is not None:
        command = context.command.commands[name]  # type: ignore[attr-defined]
        context.default_map = {name: _options_within(getattr(command, "loaded", command), {"config": str(config)})}


def _leave() -> None:
    """What is left at the end goes with the process, and is not looked through before that; but what PyTorch brings
    along would complain of what it then takes for leaks."""
    if "torch" not in sys.modules:
        gc.freeze()


def main() -> None:
    """Run the command line; every MonitorError is one line on standard error and exit code 2."""
    logging.basicConfig(format="monitor: %(message)s", level=logging.WARNING)
    os.environ.setdefault(*ONE_THREAD)
    gc.set_threshold(NEW_OBJECTS)
    atexit.register(_leave)
    try:
        settings = _settings_at_start(sys.argv[1:])
        plugins = Plugins(settings.plugins.disabled if settings else ())
        with explained_imports(), plugins.in_use(), configured(settings):
            code = make_app(plugins)(standalone_mode=False)
    except MonitorError as error:
        sys.exit(print_error(error))
    except TyperException as error:
        sys.exit(print_error(_in_words(error)))
    except typer.Abort:  # of a question in a plugin's command
        print("monitor: aborted", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _in_words(error: TyperException) -> str:
    message = error.format_message().replace("Value error, ", "")  # which pydantic puts before its own
    if message.startswith("No such command") and message.endswith("'."):  # nothing comes near
        context = getattr(error, "ctx", None)
        message = f"{message[:-1]}; `{context.command_path if context else OWN} --help` lists the commands"
    return message


def _settings_at_start(arguments: Sequence[str]) -> Settings | None:
    """Which plugins are disabled and how runtimes are set; None for the defaults, whose modules take a while to import.
    A broken file, for which they stand too, is reported by the command that reads it, not by `--help`."""
    config = _config_file(arguments)
    if config is None and not Path("config.toml").exists() and not any(map(_is_setting, os.environ)):
        return None
    from monitor.settings import load_settings

    try:
        return load_settings(config)
    except ConfigError:
        return None


def _is_setting(variable: str) -> bool:
    return variable.upper().startswith("MONITOR_")  # in either case, as pydantic reads them


def _config_file(arguments: Sequence[str]) -> Path | None:
    """The value of `--config`, which counts before there are commands that could read it.

    >>> _config_file(["run", "talk.mp4", "--config", "here.toml"]), _config_file(["--config=there.toml", "sessions"])
    (PosixPath('here.toml'), PosixPath('there.toml'))
    """
    for place, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if argument == "--":
            break
        if name == "--config":
            return Path(value) if equals else Path(*arguments[place + 1 : place + 2])
    return None


def _options_within(command: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Defaults of `command` and of all below it, in the shape of its `default_map`."""
    return options | {name: _options_within(each, options) for name, each in getattr(command, "commands", {}).items()}


if __name__ == "__main__":
    main()
