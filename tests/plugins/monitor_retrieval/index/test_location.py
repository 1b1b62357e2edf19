"""Where an index lies, and of which model it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.model.artifact import Artifact
from monitor.settings import load_settings
from monitor_retrieval.index.location import index_folder, model_identity


def test_a_model_is_known_by_name_version_and_digest(made_model: Path) -> None:
    artifact = Artifact.read(made_model)
    assert model_identity(artifact) == f"quadrants 1 {artifact.manifest.sha256[:12]}"


@pytest.mark.parametrize(
    ("store", "folder"),
    [
        ("emotion-monitor.db", "emotion-monitor.moments"),
        ("deep/a.b.db", "deep/a.b.moments"),
        ("plain", "plain.moments"),
        ("other.sqlite", "other.sqlite.moments"),
        ("postgresql://someone:secret@host/feelings", "feelings.moments"),
    ],
)
def test_the_index_lies_beside_its_store(store: str, folder: str) -> None:
    assert index_folder(load_settings(store=store)) == Path(folder)


def test_the_index_lies_where_the_option_says() -> None:
    options = {"sinks": {"similar-moments": {"path": "elsewhere/moments"}}}
    assert index_folder(load_settings(options=options)) == Path("elsewhere/moments")
