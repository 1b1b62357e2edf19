"""Where models lie: in plugins, where settings name them, and below folders in which they were trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ArtifactError
from monitor.mistakes import unknown_name
from monitor.model.artifact import MANIFEST, Artifact
from monitor.plugin.registry import Plugins
from monitor.settings import Settings

DEPTH = 4
"""Folders inside of which a model is looked for: RUNS/FACE/IMAGE/artifact, say."""


@dataclass(frozen=True)
class Found:
    """A folder with a manifest."""

    folder: Path
    origin: str
    """The plugin that ships it, the setting that names it, or `trained`."""
    artifact: Artifact | None
    """None where it is damaged."""
    problem: str = ""

    @property
    def name(self) -> str:
        return self.artifact.manifest.name if self.artifact else self.folder.name


def find(settings: Settings, folders: Sequence[Path] | None) -> list[Found]:
    """Models of plugins first, then those that settings name, then those below `folders`, each folder once.

    Raises ArtifactError where one of `folders` is none.
    """
    places: dict[Path, str] = {}
    for plugin in Plugins(settings.plugins.disabled).all():
        if plugin.folder is not None:
            places |= dict.fromkeys(below(plugin.folder), f"plugin {plugin.name}")
    for name, options in settings.options.analyzers.items():
        if isinstance(options.get("artifact"), str):
            places.setdefault(Path(options["artifact"]).resolve(), f"options of {name}")
    for folder in folders or [Path()]:
        if not folder.is_dir():
            raise ArtifactError(f"--in {folder} is not a folder")
        for path in below(folder):
            places.setdefault(path, "trained")
    return [read(path, origin) for path, origin in places.items()]


def below(folder: Path) -> list[Path]:
    """Folders with a manifest of ours, in `folder` or up to four folders deeper; hidden ones are not looked into."""
    found = []
    for depth in range(DEPTH + 1):
        for path in sorted(folder.glob("*/" * depth + MANIFEST)):
            inside = path.relative_to(folder).parts
            if not any(part.startswith(".") for part in inside) and b'"input_shape"' in path.read_bytes():
                found.append(path.parent.resolve())
    return found


def read(folder: Path, origin: str) -> Found:
    """The model in `folder`, checked against its digest."""
    try:
        return Found(folder, origin, Artifact.read(folder))
    except ArtifactError as error:
        return Found(folder, origin, None, str(error))


def chosen(found: Sequence[Found], model: str) -> Found:
    """The one of that name or folder. Raises ArtifactError where there is none, or several have the name."""
    if (Path(model) / MANIFEST).is_file():
        return read(Path(model).resolve(), "trained")
    named = [each for each in found if each.name == model]
    if len(named) > 1:
        raise ArtifactError(f"{len(named)} models are called {model!r}; name its folder, such as {named[-1].folder}")
    if not named:
        raise ArtifactError(unknown_name("model", model, [each.name for each in found]))
    return named[0]
