"""Similar moments: where in all recordings did it feel like this?

Commands and pages import their libraries when they are used, not before.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from monitor.hooks import Register, hookimpl
from monitor_retrieval.options import AffectiveRetrievalOptions, SimilarMomentsOptions

if TYPE_CHECKING:
    from monitor.analyzer import Analyzer, Sink

os.environ.setdefault("LANCE_LOG", "error")  # Lance prints dozens of warnings where an index has more groups than asked


@hookimpl
def register_analyzers(register: Register) -> None:
    register("affective-retrieval", affective_retrieval, options=AffectiveRetrievalOptions)


@hookimpl
def register_sinks(register: Register) -> None:
    register("similar-moments", similar_moments, options=SimilarMomentsOptions, follows="affective-retrieval")


def affective_retrieval(options: AffectiveRetrievalOptions) -> Analyzer:
    """The analyzer of whole pictures. Raises ArtifactError where there is no model to run."""
    from monitor_retrieval.retrieval import AffectiveRetrieval

    return AffectiveRetrieval(options.artifact, options.runtime)


def similar_moments(options: SimilarMomentsOptions) -> Sink:
    """The sink that keeps the index; where that lies, it sees in the settings of the run."""
    from monitor_retrieval.sink import SimilarMoments

    return SimilarMoments()


@hookimpl
def register_commands(register: Register) -> None:
    from monitor_retrieval.bench_moments import bench_moments
    from monitor_retrieval.commands import similar, unusual
    from monitor_retrieval.library_commands import library_app

    register("similar", similar)
    register("unusual", unusual)
    register("library", library_app)
    register("bench-moments", bench_moments)


@hookimpl
def register_pages(register: Register) -> None:
    from monitor.analyzer import Page

    register("similar", Page("Similar moments", _draw_similar, icon=":material/image_search:"))


def _draw_similar() -> None:
    from monitor_retrieval import page

    page.draw()
