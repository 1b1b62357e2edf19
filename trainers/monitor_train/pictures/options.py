"""Options of the commands: where several take one it is described once, and so are the fields of settings."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import wraps
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import typer

from monitor_train.pictures.settings import Accelerator, Run, S, from_profile
from monitor_train.pictures.terminal import need

AS_PROFILE = "as the profile has it"
SHIPPED = "the shipped model"

RuntimeName = Annotated[
    str,
    typer.Option(
        "--runtime",
        help="What runs the model, such as openvino or onnxruntime; auto: the one that the monitor runs it with.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Model = Annotated[Path | None, typer.Option(help="Folder of the model.", show_default=SHIPPED)]
Given = dict[str, Any]
"""Option -> what was given, None where nothing was."""


def command(**groups: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A command of the trainers, in which a parameter may stand for a group of options.

    It raises ConfigError where packages of the `train` extra are missing.

    `groups`: parameter -> what makes its value of the options: a dataclass, of which the fields with an option count,
    or a function, all of whose parameters do.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        own = inspect.signature(function, eval_str=True)
        options = {name: options_of(group) for name, group in groups.items()}

        @wraps(function)
        def run(**given: Any) -> Any:
            need()
            values = {
                name: groups[name](**{each.name: given.pop(each.name) for each in options[name]}) for name in groups
            }
            return function(**given, **values)

        spread = [each for name, one in own.parameters.items() for each in options.get(name, [one])]
        parameters = [each.replace(kind=Parameter.KEYWORD_ONLY) for each in spread]
        run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]  # which Typer reads
        run.__annotations__ = {each.name: each.annotation for each in parameters}
        return run

    return decorate


def options_of(group: Callable[..., Any]) -> list[Parameter]:
    """The fields of a dataclass that have an option, or the parameters of a function."""
    if not is_dataclass(group):
        return list(inspect.signature(group, eval_str=True).parameters.values())
    hints: dict[str, Any] = {}
    for kind in reversed(group.__mro__):  # a subclass may give a field another default and leave its option as it is
        known = get_type_hints(kind, include_extras=True)
        hints |= {name: hint for name, hint in known.items() if get_origin(hint) is Annotated}
    defaults = {each.name: Parameter.empty if each.default is MISSING else each.default for each in fields(group)}
    return [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=hints[name])
        for name, default in defaults.items()
        if name in hints
    ]


def changes(profiles: Mapping[str, S], *, but: Collection[str] = ()) -> Callable[..., Given]:
    """A group of the options that the settings in `profiles` have, save those in `but`, for `from_profile`.

    Where the profiles differ in one, nothing is given by default.
    """
    first, *_ = profiles.values()
    options = [each for each in options_of(type(first)) if each.name not in but]
    for index, option in enumerate(options):
        values = [getattr(each, option.name) for each in profiles.values()]
        if all(value == values[0] for value in values):
            options[index] = option.replace(default=values[0])
            continue
        kind, shown = get_args(option.annotation)
        shown = copy.copy(shown)
        shown.show_default = AS_PROFILE
        options[index] = option.replace(default=None, annotation=Annotated[kind | None, shown])

    def given(**given: Any) -> Given:
        return given

    given.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    return given


def profile_options(profiles: Mapping[str, S], about: str, *, but: Collection[str] = ()) -> Callable[..., S]:
    """A group of `--profile`, which `about` describes, and of the options that change it; its value are settings."""
    names: Any = Literal[*profiles]
    profile = Parameter(
        "profile", Parameter.KEYWORD_ONLY, default="compact", annotation=Annotated[names, typer.Option(help=about)]
    )

    def settings(profile: str, **given: Any) -> S:
        return from_profile(profiles, profile, **given)

    changed = options_of(changes(profiles, but=but))
    settings.__signature__ = inspect.Signature([profile, *changed])  # type: ignore[attr-defined]
    return settings


def comparison_run(
    out: Annotated[Path, typer.Option(help="Folder for everything; finished trainings in it are not repeated.")],
    accelerator: Accelerator = "auto",
) -> Run:
    """The options of a comparison of trainings, each of which runs in a folder of its own."""
    return Run(out, accelerator=accelerator)
