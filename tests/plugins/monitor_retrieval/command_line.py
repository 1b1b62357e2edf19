"""The command line in this process, on the store `made.db` and the index beside it."""

from __future__ import annotations

import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from monitor import cli
from monitor.store import Recorder, Store
from tests.plugins.monitor_retrieval.made_moments import LABELS


def monitor(*arguments: str | Path) -> int:
    """Run `monitor ARGUMENTS`; its exit code."""
    with patch.object(sys, "argv", ["monitor", *map(str, arguments)]), pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def made_store(path: Path, every_seconds: float = 0.5) -> None:
    """A store with the sessions whose moments the fixture `made_index` holds: 1, morning, and 2, evening."""
    with Store(path, create=True) as store:
        for name, seconds in (("morning", 11.5), ("evening", 5.5)):
            labels = {"affective-retrieval": LABELS}
            recorder = Recorder(store, name=name, every_seconds=every_seconds, window_seconds=5, labels=labels)
            source = recorder.add_source(f"{name}.mp4", "file", seconds)
            recorder.update_source(source, state="finished", seconds=seconds)
            recorder.finish("finished")


def made_config(folder: Path, model: Path) -> None:
    """A config.toml that names the store `made.db` and the model."""
    artifact = f'[options.analyzers.affective-retrieval]\nartifact = "{model}"\nruntime = "onnxruntime"\n'
    (folder / "config.toml").write_text(f'store = "made.db"\n{artifact}')
