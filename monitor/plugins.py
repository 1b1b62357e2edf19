"""Finds the plugins and keeps what they register."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any

import pluggy
from pydantic import BaseModel, ValidationError

from monitor import hooks
from monitor.errors import ConfigError, MonitorError, PluginError
from monitor.explain import explain, unknown_name
from monitor.libraries import explained_imports

KINDS = ("analyzers", "face_detectors", "runtimes", "trainers", "pages", "sinks", "commands")

OWN = "emotion-monitor"
"""The distribution that the engine itself comes in."""
NAME = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
"""What a registered name looks like: it becomes a word on the command line, an address and a key in config.toml."""


@dataclass(frozen=True)
class Registration:
    """One thing that one plugin registered."""

    kind: str
    name: str
    thing: Any
    plugin: str
    options: type[BaseModel] | None = None
    follows: str | None = None
    """Of a sink: the analyzer that it runs with, whatever config.toml says; None where a section asks for it."""

    def make(self, options: Mapping[str, Any] | None = None) -> Any:
        """Call the factory with `options` from config.toml.

        Raises ConfigError for an option that does not exist or has a wrong value, PluginError where the factory fails;
        a MonitorError of the factory's own passes as it is.
        """
        section = f"options.{self.kind}.{self.name}"
        arguments = []
        if self.options is not None:
            try:
                arguments = [self.options.model_validate(dict(options or {}), extra="forbid")]
            except ValidationError as error:
                raise ConfigError(f"{explain(error, self.options, section)} (in config.toml)") from None
        elif options:
            raise ConfigError(f"[{section}]: {self.name} has no options, config.toml gives {', '.join(options)}")
        what = f"{_singular(self.kind)} {self.name!r} of plugin {self.plugin!r}"
        try:
            with explained_imports():
                thing = self.thing(*arguments)
        except MonitorError:
            raise
        except Exception as error:
            raise PluginError(f"{what} cannot be made ({_reason(error)})") from error
        if self.kind == "analyzers" and getattr(thing, "name", None) != self.name:
            raise PluginError(f"{what} must have that as its name, not {getattr(thing, 'name', None)!r}")
        return thing


@dataclass
class Plugin:
    """One plugin: an entry point of an installed distribution."""

    name: str
    version: str
    distribution: str
    hooks: list[str] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    disabled: bool = False
    """Switched off in config.toml: its code was not even imported."""


class Plugins:
    """Every plugin that is installed and not disabled.

    Plugins are imported when this object is made; their hooks run when a kind of thing is first asked for.
    Raises PluginError where one cannot be imported, misspells a hook, or two share a name.
    """

    def __init__(self, disabled: Collection[str] = ()) -> None:
        self._pluggy = pluggy.PluginManager(hooks.GROUP)
        self._pluggy.add_hookspecs(hooks)
        self.plugins: dict[str, Plugin] = {}
        entries = [_own_entry(), *sorted(importlib.metadata.entry_points(group=hooks.GROUP), key=lambda e: e.name)]
        for name in sorted(set(disabled) - {entry.name for entry in entries}):
            raise ConfigError(f"[plugins] disabled: {unknown_name('plugin', name, [entry.name for entry in entries])}")
        for entry in entries:
            self._load(entry, entry.name in disabled)

    def _load(self, entry: importlib.metadata.EntryPoint, disabled: bool) -> None:
        distribution = entry.dist.name if entry.dist else OWN
        other = self.plugins.get(entry.name)
        if other is not None:
            if other.distribution == distribution:  # one distribution found twice on the path
                return
            raise PluginError(f"plugin name {entry.name!r} is used by both {other.distribution} and {distribution}")
        version = entry.dist.version if entry.dist else importlib.metadata.version(OWN)
        plugin = Plugin(entry.name, version, distribution, disabled=disabled)
        self.plugins[entry.name] = plugin
        if disabled:
            return
        try:
            module = entry.load()
            self._pluggy.register(module, name=entry.name)
        except Exception as error:
            raise PluginError(
                f"plugin {entry.name!r} of {distribution} cannot be loaded ({_reason(error)}); "
                f'repair it, or disable it in config.toml: [plugins] disabled = ["{entry.name}"]'
            ) from error
        plugin.hooks = sorted(caller.name for caller in self._pluggy.get_hookcallers(module) or [])
        for hook in _mistaken_hooks(module, plugin.hooks):
            raise PluginError(f"plugin {entry.name!r} of {distribution}: {hook}")

    def _registrations(self, kind: str) -> dict[str, Registration]:
        found: dict[str, Registration] = {}
        caller = getattr(self._pluggy.hook, f"register_{kind}")
        for implementation in caller.get_hookimpls():  # in the order of loading
            plugin = self.plugins[implementation.plugin_name]

            def register(
                name: str,
                thing: object,
                *,
                options: type[BaseModel] | None = None,
                follows: str | None = None,
                plugin: Plugin = plugin,
            ) -> None:
                if not NAME.fullmatch(name):
                    raise PluginError(
                        f"plugin {plugin.name!r} registers {_singular(kind)} {name!r}; "
                        "a name is lower-case letters and digits in words joined by - or _"
                    )
                if name in found:
                    first = found[name].plugin
                    raise PluginError(
                        f"{_singular(kind)} {name!r} is registered by both {first!r} and {plugin.name!r}; "
                        "disable one of them in config.toml: [plugins] disabled"
                    )
                if follows is not None and kind != "sinks":
                    raise PluginError(
                        f"plugin {plugin.name!r}: {_singular(kind)} {name!r} cannot follow {follows!r}; only a sink "
                        "follows an analyzer"
                    )
                found[name] = Registration(kind, name, thing, plugin.name, options, follows)
                plugin.registrations.append(found[name])

            try:
                implementation.function(register)
            except PluginError:
                raise
            except Exception as error:
                raise PluginError(f"plugin {plugin.name!r}: register_{kind} failed ({_reason(error)})") from error
        return dict(sorted(found.items(), key=lambda item: list(self.plugins).index(item[1].plugin)))

    analyzers = cached_property(lambda self: self._registrations("analyzers"))
    face_detectors = cached_property(lambda self: self._registrations("face_detectors"))
    runtimes = cached_property(lambda self: self._registrations("runtimes"))
    trainers = cached_property(lambda self: self._registrations("trainers"))
    pages = cached_property(lambda self: self._registrations("pages"))
    sinks = cached_property(lambda self: self._registrations("sinks"))
    commands = cached_property(lambda self: self._registrations("commands"))

    def all(self) -> list[Plugin]:
        """Every plugin, with all that it registers."""
        for kind in KINDS:
            getattr(self, kind)
        return list(self.plugins.values())

    def get(self, kind: str, name: str) -> Registration:
        """The registration of that name. Raises ConfigError with the nearest name that exists."""
        registrations: dict[str, Registration] = getattr(self, kind)
        if name not in registrations:
            raise ConfigError(unknown_name(_singular(kind), name, registrations))
        return registrations[name]

    def check_options(self, options: Mapping[str, Collection[str]]) -> None:
        """Raise ConfigError where config.toml has a section `[options.KIND.NAME]` for a NAME that nobody registers.

        `options`: kind -> the names it has sections for. While a plugin is disabled, unknown names are let pass: they
        may be its own.
        """
        if any(plugin.disabled for plugin in self.plugins.values()):
            return
        for kind, names in options.items():
            for name in names:
                if name not in getattr(self, kind):
                    raise ConfigError(
                        f"[options.{kind}.{name}]: {unknown_name(_singular(kind), name, getattr(self, kind))}"
                    )


def _mistaken_hooks(module: ModuleType, implemented: Collection[str]) -> Iterator[str]:
    """What is wrong with functions that look like hooks: a misspelt name, or no `@hookimpl`."""
    known = [f"register_{kind}" for kind in KINDS]
    for name in dir(module):
        thing = getattr(module, name, None)
        marks = getattr(thing, f"{hooks.GROUP}_impl", None)
        if isinstance(marks, dict):
            hook = marks["specname"] or name
            if hook not in known:
                yield unknown_name("hook", hook, known)
        elif name in known and name not in implemented and callable(thing):
            yield f"{name} is not marked with @hookimpl, so it would never be called"


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _singular(kind: str) -> str:
    return kind.removesuffix("s").replace("_", " ")


def _own_entry() -> importlib.metadata.EntryPoint:
    """The engine's own runtimes, sinks and commands come through the same hooks as a plugin's."""
    return importlib.metadata.EntryPoint("monitor", "monitor.builtin", hooks.GROUP)
