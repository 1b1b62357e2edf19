"""What a recording is analysed with, as one digest: the same recipe and the same file give the same session."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from monitor.plugin.registry import Plugin, Plugins
from monitor.settings import Settings

COUNTING = ("every_seconds", "window_seconds", "face_detector", "runtime")
"""Settings that change what is stored."""
MANIFEST = "manifest.json"


def recipe(settings: Settings, plugins: Plugins) -> str:
    """SHA-256, hexadecimal, of the settings, models and versions of plugins that decide what is stored.

    Raises ConfigError for an analyzer that does not exist.
    """
    given = settings.options.analyzers
    analyzers = {
        each.name: [_version(plugins.plugins[each.plugin]), given.get(each.name, {}), _models(given.get(each.name, {}))]
        for each in plugins.choose_analyzers(settings.analyzers)
    }
    detectors = {each.name: _version(plugins.plugins[each.plugin]) for each in plugins.face_detectors.values()}
    whole = {name: getattr(settings, name) for name in COUNTING}
    if settings.precision != "auto" or settings.options.runtimes:  # recipes from before there were these stay the same
        whole |= {"precision": settings.precision, "runtimes": settings.options.runtimes}
    whole |= {"quality": settings.quality.model_dump(), "analyzers": analyzers}
    whole |= {"face_detectors": [detectors, settings.options.face_detectors]}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def live_recipe(recipe: str, addresses: Collection[str]) -> str:
    """The recipe of these live streams where they are watched with it: nobody takes them for recordings, and whoever
    watches others has a queue of its own."""
    return hashlib.sha256(json.dumps(["live", recipe, sorted(addresses)]).encode()).hexdigest()


def _version(plugin: Plugin) -> list[object]:
    """Which plugin it is, with the manifests of its models, which hold their digests."""
    manifests = [] if plugin.folder is None else sorted(plugin.folder.rglob(MANIFEST))
    return [plugin.name, plugin.version, [path.read_text("utf-8") for path in manifests]]


def _models(options: Mapping[str, Any]) -> list[str]:
    """The manifests of models that options name by their folders."""
    folders = [Path(value) for value in options.values() if isinstance(value, str)]
    return [(folder / MANIFEST).read_text("utf-8") for folder in folders if (folder / MANIFEST).is_file()]
