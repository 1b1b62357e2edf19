"""Similar moments: where in all recordings did it feel like this?

Commands and pages import their libraries when they are used, not before.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from monitor.plugin import Command, Page, Register, hookimpl

if TYPE_CHECKING:
    from monitor.plugin import Analyzer, Sink
    from monitor.settings import Settings
    from monitor_retrieval.options import AffectiveNoveltyOptions, AffectiveRetrievalOptions, SimilarMomentsOptions

os.environ.setdefault("LANCE_LOG", "error")  # Lance prints dozens of warnings where an index has more groups than asked


@hookimpl
def register_analyzers(register: Register) -> None:
    from monitor_retrieval.options import AffectiveNoveltyOptions, AffectiveRetrievalOptions

    register("affective-retrieval", affective_retrieval, options=AffectiveRetrievalOptions)
    register("affective-novelty", affective_novelty, options=AffectiveNoveltyOptions)


@hookimpl
def register_sinks(register: Register) -> None:
    from monitor_retrieval.options import SimilarMomentsOptions

    register(
        "similar-moments",
        similar_moments,
        options=SimilarMomentsOptions,
        follows="affective-retrieval",
        forget=forget_moments,
    )


def affective_retrieval(options: AffectiveRetrievalOptions) -> Analyzer:
    """The analyzer of whole pictures. Raises ArtifactError where there is no model to run."""
    from monitor_retrieval.analyzer import AffectiveRetrieval

    return AffectiveRetrieval(options.artifact, options.runtime)


def affective_novelty(options: AffectiveNoveltyOptions) -> Analyzer:
    """The analyzer of what is new in a source. Raises ArtifactError where there is no model to run."""
    from monitor_retrieval.novelty_analyzer import AffectiveNovelty

    return AffectiveNovelty(options.artifact, options.runtime)


def similar_moments(options: SimilarMomentsOptions) -> Sink:
    """The sink that keeps the index; where that lies, it sees in the settings of the run."""
    from monitor_retrieval.index.sink import SimilarMoments

    return SimilarMoments()


def forget_moments(session: int, settings: Settings) -> None:
    """Take the moments of a session out of the index, also where they lie on the disk."""
    from monitor_retrieval.index.inbox import Inbox
    from monitor_retrieval.index.location import index_folder
    from monitor_retrieval.index.moment_index import MomentIndex

    folder = index_folder(settings)
    inbox = Inbox(folder)
    if not inbox.is_bare:
        index = MomentIndex(folder)
        if index.remove(session=session):
            index.purge()
    inbox.clear()


@hookimpl
def register_commands(register: Register) -> None:
    about = (
        "Find the moments of all sessions that feel like a picture or like a moment, or have the most of an emotion."
    )
    register("similar", Command("monitor_retrieval.query.commands:similar", about))
    about = "Find the moments of a session that differ most from what went before."
    register("unusual", Command("monitor_retrieval.query.commands:unusual", about))
    about = "Keep folders of pictures as reference libraries for `monitor similar --library`."
    register("library", Command("monitor_retrieval.library.commands:library_app", about))
    about = "Bring the moments that other machines have, each in an index of its own, into that of the store."
    register("merge-moments", Command("monitor_retrieval.index.merge_command:merge_moments", about))
    about = "Fill an index of moments with made-up FRAMES, and measure recall and latency of searches."
    register("bench-moments", Command("monitor_retrieval.benchmark.command:bench_moments", about))


@hookimpl
def register_pages(register: Register) -> None:
    register("similar", Page("Similar moments", _draw_similar, icon=":material/image_search:"))


def _draw_similar() -> None:
    from monitor_retrieval.page import page

    page.draw()
