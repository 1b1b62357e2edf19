from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import ConfigError, MonitorError
from monitor.plugins import Plugins
from monitor.sample import Frame, Observation, Sample


def sample(number: int) -> Sample:
    image = np.zeros((4, 4, 3), np.uint8)
    return Sample(Frame(image, 0.1 + 0.2 + number, "clip.mp4", number, file="a.jpg" if number else None))


def observation(subject: int | None, **more: object) -> Observation:
    return Observation("calm", "clip.mp4", 0.1 + 0.2, subject, {"yes": 0.25, "no": 0.75}, **more)


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_one_object_per_observation_with_every_field(tmp_path):
    path = tmp_path / "seen.jsonl"
    sink = Plugins().get("sinks", "jsonl").make({"path": str(path)})
    sink.write(sample(0), [observation(None), observation(7, box=(0.1, 0.2, 0.3, 0.4), confidence=0.5, facts={"a": 1})])
    sink.write(sample(1), [])
    first, second = rows(path)  # readable before the sink is closed
    assert first == {
        "source": "clip.mp4",
        "sample": 0,
        "file": None,
        "seconds": 0.3,
        "analyzer": "calm",
        "subject": None,
        "box": None,
        "confidence": 1.0,
        "scores": {"yes": 0.25, "no": 0.75},
        "facts": {},
    }
    assert second["subject"] == 7
    assert second["box"] == [0.1, 0.2, 0.3, 0.4]
    assert (second["confidence"], second["facts"]) == (0.5, {"a": 1})
    sink.close()


def test_a_second_run_appends(tmp_path):
    path = tmp_path / "seen.jsonl"
    for number in range(2):
        sink = Plugins().get("sinks", "jsonl").make({"path": path})
        sink.write(sample(number), [observation(None)])
        sink.close()
    assert [(row["sample"], row["file"]) for row in rows(path)] == [(0, None), (1, "a.jpg")]


def test_numbers_of_numpy_are_written_as_numbers(tmp_path):
    path = tmp_path / "seen.jsonl"
    sink = Plugins().get("sinks", "jsonl").make({"path": path})
    scores = dict(zip(("yes", "no"), np.array([0.25, 0.75], np.float32), strict=True))
    facts = {"pair": np.array([1, 2]), "deep": {"folder": path.parent}}
    sink.write(sample(0), [Observation("calm", "clip.mp4", 0.0, np.int64(3), scores, facts=facts)])
    sink.close()
    [row] = rows(path)
    assert (row["scores"], row["subject"]) == ({"yes": 0.25, "no": 0.75}, 3)
    assert row["facts"] == {"pair": [1, 2], "deep": {"folder": str(path.parent)}}


def test_a_path_that_cannot_be_written_is_one_clear_line(tmp_path):
    with pytest.raises(
        ConfigError, match=r"\[options.sinks.jsonl\] path .* cannot be written: No such file or directory"
    ):
        Plugins().get("sinks", "jsonl").make({"path": tmp_path / "no" / "such" / "folder.jsonl"})


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_one_clear_line():
    sink = Plugins().get("sinks", "jsonl").make({"path": "/dev/full"})
    with pytest.raises(MonitorError, match="sink jsonl cannot write /dev/full any more: No space left on device"):
        sink.write(sample(0), [observation(None)])
    sink.close()


def test_the_path_must_be_given():
    with pytest.raises(ConfigError, match=r"options.sinks.jsonl.path is missing"):
        Plugins().get("sinks", "jsonl").make({})
