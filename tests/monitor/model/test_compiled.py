from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.model import compiled
from monitor.model.compiled import DIGITS, compiled_folder

DIGEST = "0123456789abcdef" * 4


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(compiled, "user_cache_path", lambda name, appauthor: tmp_path / name)
    return tmp_path / "emotion-monitor"


def test_every_network_has_a_folder_of_its_own(cache):
    assert compiled_folder("openvino", DIGEST) == cache / "openvino" / DIGEST[:DIGITS]
    assert compiled_folder("openvino", DIGEST[::-1]) != compiled_folder("openvino", DIGEST)
    assert compiled_folder("openvino", DIGEST).is_dir()


def test_where_nothing_can_be_written_nothing_is_kept(cache, monkeypatch):
    cache.write_text("a file where the folder should be")
    assert compiled_folder("openvino", DIGEST) is None
    cache.unlink()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert compiled_folder("openvino", DIGEST) is None
