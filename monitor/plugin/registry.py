"""Finds the plugins and keeps what they register."""

from __future__ import annotations

import importlib.metadata
import pkgutil
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

from monitor.errors import ConfigError, MonitorError, PluginError
from monitor.mistakes import unknown_name
from monitor.plugin import hooks
from monitor.plugin.contracts import Command
from monitor.system_packages import explained_imports

if TYPE_CHECKING:
    from pydantic import BaseModel

    from monitor.settings import Settings

KINDS = ("analyzers", "face_detectors", "runtimes", "trainers", "pages", "sinks", "commands")

OWN = "emotion-monitor"
"""The distribution that the engine itself comes in."""
NAME = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
"""What a registered name looks like: it becomes a word on the command line, an address and a key in config.toml."""
AUTO = "auto"
"""In place of an analyzer's name: all that are registered as default."""

_in_use: ContextVar[Plugins] = ContextVar("plugins in use")


@dataclass(frozen=True)
class Registration:
    """One thing that one plugin registered."""

    kind: str
    name: str
    thing: Any
    plugin: str
    options_at: type[BaseModel] | str | None = None
    """The model of its options, or where that is."""
    default: bool = False
    """Of an analyzer: whether it runs where the settings name none."""
    follows: str | None = None
    """Of a sink: the analyzer that it runs with, whatever config.toml says; None where a section asks for it."""
    judges: bool = False
    """Of an analyzer: whether the quality gate judges faces by its measures."""
    forget: Callable[[int, Settings], None] | None = None
    """Of a sink: takes out what it has kept of a session that is deleted."""
    plugins: Plugins | None = field(default=None, repr=False, compare=False)
    """Those that it is one of: while its factory runs, they are the ones in use."""

    @property
    def options(self) -> type[BaseModel] | None:
        """The model of its options; None where it has none."""
        if not isinstance(self.options_at, str):
            return self.options_at
        model: type[BaseModel] = pkgutil.resolve_name(self.options_at)
        return model

    def read_options(self, options: Mapping[str, Any] | None = None) -> BaseModel | None:
        """The options from config.toml in the registered model; None where none is registered.

        Raises ConfigError for an option that does not exist or has a wrong value.
        """
        section, model = f"options.{self.kind}.{self.name}", self.options
        if model is not None:
            from pydantic import ValidationError

            from monitor.mistakes import explain

            try:
                return model.model_validate(dict(options or {}), extra="forbid")
            except ValidationError as error:
                raise ConfigError(f"{explain(error, model, section)} (in config.toml)") from None
        if options:
            raise ConfigError(f"[{section}]: {self.name} has no options, config.toml gives {', '.join(options)}")
        return None

    def make(self, options: Mapping[str, Any] | None = None) -> Any:
        """Call the factory with `options` from config.toml.

        Raises ConfigError for an option that does not exist or has a wrong value, PluginError where the factory fails;
        a MonitorError of the factory's own passes as it is.
        """
        read = self.read_options(options)
        arguments = [] if read is None else [read]
        try:
            with explained_imports(), nullcontext() if self.plugins is None else self.plugins.in_use():
                thing = self.thing(*arguments)
        except MonitorError:
            raise
        except Exception as error:
            raise PluginError(f"{self.called} cannot be made ({_reason(error)})") from error
        if self.kind == "analyzers" and getattr(thing, "name", None) != self.name:
            raise PluginError(f"{self.called} must have that as its name, not {getattr(thing, 'name', None)!r}")
        return thing

    @property
    def called(self) -> str:
        """What it is called in messages."""
        return f"{_singular(self.kind)} {self.name!r} of plugin {self.plugin!r}"

    def loaded(self) -> Any:
        """The thing; where that is a `Command`, what it names, imported now. Raises PluginError where it cannot be."""
        if not isinstance(self.thing, Command):
            return self.thing
        try:
            with explained_imports():
                return self.thing.load()
        except (ImportError, AttributeError, ValueError) as error:
            raise PluginError(f"{self.called} cannot be loaded from {self.thing.at!r} ({_reason(error)})") from error


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
    folder: Path | None = None
    """Where its code and its models lie; None where it is disabled or no folder of its own."""


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
        distribution, version = _name_and_version(entry.dist) if entry.dist else (OWN, importlib.metadata.version(OWN))
        other = self.plugins.get(entry.name)
        if other is not None:
            if other.distribution == distribution:  # one distribution found twice on the path
                return
            raise PluginError(f"plugin name {entry.name!r} is used by both {other.distribution} and {distribution}")
        plugin = Plugin(entry.name, version, distribution, disabled=disabled)
        self.plugins[entry.name] = plugin
        if disabled:
            return
        try:
            module = entry.load()
            self._pluggy.register(module, name=entry.name)
            plugin.folder = Path(module.__file__).parent if hasattr(module, "__path__") and module.__file__ else None
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
                options: type[BaseModel] | str | None = None,
                default: bool = False,
                follows: str | None = None,
                judges: bool = False,
                forget: Callable[[int, Settings], None] | None = None,
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
                if default and kind not in ("analyzers", "sinks"):
                    raise PluginError(
                        f"plugin {plugin.name!r}: {_singular(kind)} {name!r} cannot be a default; only an analyzer "
                        "or a sink can"
                    )
                if judges and kind != "analyzers":
                    raise PluginError(
                        f"plugin {plugin.name!r}: {_singular(kind)} {name!r} cannot judge faces; only an analyzer can"
                    )
                if forget is not None and kind != "sinks":
                    raise PluginError(
                        f"plugin {plugin.name!r}: {_singular(kind)} {name!r} keeps nothing of sessions; only a sink can"
                    )
                found[name] = Registration(
                    kind, name, thing, plugin.name, options, default, follows, judges, forget, self
                )
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

    def choose_analyzers(self, names: Sequence[str]) -> list[Registration]:
        """The analyzers of those names, each once, in that order; `auto` stands for all that are registered as default.

        Raises ConfigError for a name that nobody registers, and for `auto` where there is no default.
        """
        chosen: dict[str, Registration] = {}
        for name in names:
            if name != AUTO:
                chosen[name] = self.get("analyzers", name)
                continue
            defaults = {each.name: each for each in self.analyzers.values() if each.default}
            if not defaults:
                raise ConfigError(
                    "no plugin brings an analyzer that runs by default; name one with --analyzers or in config.toml, "
                    f"of: {', '.join(self.analyzers) or 'none is installed'}"
                )
            chosen |= defaults
        return list(chosen.values())

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """While inside, `plugins_in_use` gives these."""
        token = _in_use.set(self)
        try:
            yield
        finally:
            _in_use.reset(token)

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


def plugins_in_use() -> Plugins:
    """The plugins of this process: those that the command line, or the dashboard, has loaded.

    Where neither runs, as in a script or a test, all that are installed are loaded.
    """
    return _in_use.get(None) or Plugins()


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


@cache
def _name_and_version(distribution: importlib.metadata.Distribution) -> tuple[str, str]:
    """Read once for all entry points of a distribution: each reading parses its whole description."""
    metadata = distribution.metadata
    return metadata["Name"], metadata["Version"]


def _own_entry() -> importlib.metadata.EntryPoint:
    """The engine's own runtimes, sinks and commands come through the same hooks as a plugin's."""
    return importlib.metadata.EntryPoint("monitor", "monitor.builtin", hooks.GROUP)
