"""Reference libraries: folders of pictures in the index, to look among them instead of in sessions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError
from monitor.mistakes import unknown_name
from monitor.sources.pictures import PictureSource
from monitor_retrieval.analyzer import AffectiveRetrieval
from monitor_retrieval.embedding import embed_folder
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.moment import Moment


@dataclass(frozen=True)
class Added:
    """What became of a folder."""

    name: str
    pictures: int
    unreadable: int


def add_library(
    folder: Path,
    name: str,
    index: MomentIndex,
    analyzer: AffectiveRetrieval,
    *,
    replace: bool = False,
    watch: Callable[[float], object] = lambda fraction: None,
) -> Added:
    """Put the pictures of a folder into the index, all at once when the last one was looked at.

    A picture that cannot be read is named in a warning, counted, and left out. `watch` is called with how much is done,
    in [0, 1]. Raises ConfigError where there is such a library already and it is not to be replaced, SourceError
    where the folder has no picture that can be read.
    """
    if name in index.libraries() and not replace:
        raise ConfigError(f"there is a library {name!r} already; give another --name, or --replace it")
    found: list[Moment] = []
    with closing(PictureSource(folder, name=name, every_seconds=1.0)) as source:
        for moments in embed_folder(source, analyzer):
            found += moments
            watch((moments[-1].seconds + 1.0) / (source.duration_seconds or 1.0))
    index.replace_library(name, found)
    index.optimize()
    return Added(name, len(found), source.frames_dropped["unreadable"])


def remove_library(name: str, index: MomentIndex) -> int:
    """Take a library out of the index; how many pictures it had. Raises ConfigError where there is none."""
    libraries = index.libraries()
    if name not in libraries:
        raise ConfigError(unknown_name("library", name, libraries))
    index.remove(library=name)
    index.optimize()
    return libraries[name]
