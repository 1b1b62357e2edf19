"""What a plugin may implement. Each hook is called once, at start-up, with a function `register(name, thing, ...)`."""

from __future__ import annotations

from typing import Protocol

import pluggy
from pydantic import BaseModel

GROUP = "monitor"
"""Entry-point group in which plugins announce themselves, and pluggy's project name."""

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


class Register(Protocol):
    """The function that every hook receives."""

    def __call__(
        self, name: str, thing: object, *, options: type[BaseModel] | None = None, follows: str | None = None
    ) -> None:
        """Register `thing` under `name`; two registrations of one name are an error that names both plugins.

        `options` is a pydantic model of the settings that `config.toml` may give it; the thing, a factory, is then
        called with an instance of it, otherwise with nothing. `follows`, for sinks alone, names an analyzer: the sink
        then runs whenever that analyzer does, and only then.
        """


@hookspec
def register_analyzers(register: Register) -> None:
    """`register("my-analyzer", factory, options=MyOptions)`; the factory returns a `monitor.analyzer.Analyzer`."""


@hookspec
def register_face_detectors(register: Register) -> None:
    """`register("my-detector", factory, options=MyOptions)`; the factory returns a `monitor.analyzer.FaceDetector`."""


@hookspec
def register_runtimes(register: Register) -> None:
    """`register("my-runtime", load)`; `load(artifact)` returns a `monitor.analyzer.Runtime` or raises
    `monitor.errors.RuntimeUnavailable`."""


@hookspec
def register_trainers(register: Register) -> None:
    """`register("my-model", Trainer(train, evaluate, explain))` gives `monitor train my-model` and, with the second and
    third function, `monitor evaluate my-model` and `monitor explain my-model`."""


@hookspec
def register_pages(register: Register) -> None:
    """`register("my-page", Page(title, draw))` adds a page to the dashboard, at the address `/my-page`."""


@hookspec
def register_sinks(register: Register) -> None:
    """`register("my-sink", factory, options=MyOptions)`; the factory returns a `monitor.analyzer.Sink`. Used when
    `config.toml` has a section `[options.sinks.my-sink]`, or, with `follows="my-analyzer"`, when that analyzer runs."""


@hookspec
def register_commands(register: Register) -> None:
    """`register("my-command", function)` adds `monitor my-command`; the options are the function's parameters. A
    `typer.Typer` in its place adds a group of commands, `monitor my-command ...`."""
