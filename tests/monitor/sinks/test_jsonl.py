from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import ConfigError, MonitorError
from monitor.plugin.registry import Plugins
from monitor.sample import Frame, Observation, Sample


def sample(number: int) -> Sample:
    image = np.zeros((4, 4, 3), np.uint8)
    return Sample(Frame(image, 0.1 + 0.2 + number, 1, number, file="a.jpg" if number else None, source_name="clip.mp4"))


def observation(subject: int | None, **more: object) -> Observation:
    return Observation("calm", 1, 0.1 + 0.2, subject, {"yes": 0.25, "no": 0.75}, **more)


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_one_object_per_observation_with_every_field(tmp_path):
    path = tmp_path / "seen.jsonl"
    sink = Plugins().get("sinks", "jsonl").make({"path": str(path)})
    sink.write(
        sample(0),
        [
            observation(None),
            observation(7, box=(0.1, 0.2, 0.3, 0.4), confidence=0.5, measures={"a": 1.0}, counts=False),
        ],
    )
    sink.write(sample(1), [])
    first, second = rows(path)  # readable before the sink is closed
    assert first == {
        "source": 1,
        "source_name": "clip.mp4",
        "sample": 0,
        "file": None,
        "seconds": 0.3,
        "analyzer": "calm",
        "subject": None,
        "box": None,
        "confidence": 1.0,
        "scores": {"yes": 0.25, "no": 0.75},
        "measures": {},
        "counts": True,
    }
    assert second["subject"] == 7
    assert second["box"] == [0.1, 0.2, 0.3, 0.4]
    assert (second["confidence"], second["measures"], second["counts"]) == (0.5, {"a": 1.0}, False)
    sink.close()


def test_a_second_run_appends(tmp_path):
    path = tmp_path / "seen.jsonl"
    for number in range(2):
        sink = Plugins().get("sinks", "jsonl").make({"path": path})
        sink.write(sample(number), [observation(None)])
        sink.close()
    assert [(row["sample"], row["file"]) for row in rows(path)] == [(0, None), (1, "a.jpg")]


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
