"""What a plugin may implement. Each hook is called once, at start-up, with a function `register(name, thing, ...)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import pluggy

if TYPE_CHECKING:
    from pydantic import BaseModel

    from monitor.settings import Settings

GROUP = "monitor"
"""Entry-point group in which plugins announce themselves, and pluggy's project name."""

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


class Register(Protocol):
    """The function that every hook receives."""

    def __call__(
        self,
        name: str,
        thing: object,
        *,
        options: type[BaseModel] | str | None = None,
        default: bool = False,
        follows: str | None = None,
        judges: bool = False,
        forget: Callable[[int, Settings], None] | None = None,
    ) -> None:
        """Register `thing` under `name`; two registrations of one name are an error that names both plugins.

        `options` is a pydantic model of the settings that `config.toml` may give it; the thing, a factory, is then
        called with an instance of it, otherwise with nothing. For a `Command`, it may be where that model is, as
        `package.module:name`. `default` lets an analyzer run where the settings name
        none, and a sink run always. `follows`, for sinks alone, names an analyzer: the sink then runs whenever that
        analyzer does, and only then. `judges`, for analyzers alone: the quality gate judges faces by its measures
        `face_height`, `head_yaw` and `sharpness`; it runs beside any other analyzer of faces, and what it says is
        stored where the settings name it. `forget(session, settings)`, for sinks alone, takes out what the sink has
        kept of a session, by its number, that is deleted from the store.
        """


@hookspec
def register_analyzers(register: Register) -> None:
    """`register("my-analyzer", factory, options=MyOptions)`; the factory returns a `monitor.plugin.Analyzer`. With
    `default=True` it is one of those that run where the settings name none."""


@hookspec
def register_face_detectors(register: Register) -> None:
    """`register("my-detector", factory, options=MyOptions)`; the factory returns a `monitor.plugin.FaceDetector`."""


@hookspec
def register_runtimes(register: Register) -> None:
    """`register("my-runtime", load, options=MyOptions)`; `load(artifact, options)`, without options `load(artifact)`,
    returns a `monitor.plugin.Runtime` or raises `monitor.errors.RuntimeUnavailable`."""


@hookspec
def register_trainers(register: Register) -> None:
    """`register("my-model", Trainer(train, evaluate, explain))` gives `monitor train my-model` and, with the second and
    third function, `monitor evaluate my-model` and `monitor explain my-model`."""


@hookspec
def register_pages(register: Register) -> None:
    """`register("my-page", Page(title, draw))` adds a page to the dashboard, at the address `/my-page`."""


@hookspec
def register_sinks(register: Register) -> None:
    """`register("my-sink", factory, options=MyOptions)`; the factory returns a `monitor.plugin.Sink`. Used when
    `config.toml` has a section `[options.sinks.my-sink]`, with `follows="my-analyzer"` when that analyzer runs, or
    with `default=True` always."""


@hookspec
def register_commands(register: Register) -> None:
    """`register("my-command", Command("my_package.my_module:function", "What it does."))` adds `monitor my-command`,
    imported when it is called; the options are the function's parameters. A `typer.Typer` in the function's place adds
    a group of commands, `monitor my-command ...`; a `monitor.plugin.Server` adds a command that `monitor run` can start
    beside a run. Each of the three may also be registered itself, without `Command`."""
