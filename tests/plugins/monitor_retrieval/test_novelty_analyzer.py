"""The analyzer `affective-novelty`, against the sink's novelty and by hand."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from monitor.sample import Frame, Sample
from monitor.testing import check_analyzer
from monitor_retrieval.index.novelty import Novelty
from monitor_retrieval.novelty_analyzer import AffectiveNovelty
from tests.plugins.monitor_retrieval.conftest import by_hand, quadrants

HUES = (0, 10, 20, 30, 40, 200, 210, 0, 20, 200)


def samples() -> list[Sample]:
    return [Sample(Frame(quadrants(hue), float(second), 1, second)) for second, hue in enumerate(HUES)]


def test_it_keeps_the_contract_however_a_stream_is_cut(made_model: Path) -> None:
    check_analyzer(partial(AffectiveNovelty, made_model, "onnxruntime"), samples())


def test_it_is_the_novelty_of_the_vectors(made_model: Path) -> None:
    novelty = Novelty()
    expected = [novelty(by_hand(sample.frame.image)[1], sample.frame.seconds) for sample in samples()]
    answers = AffectiveNovelty(made_model, "onnxruntime").analyze(samples())
    assert [len(seen) for seen in answers] == [0, 0, *[1] * 8]
    for seen, value in zip(answers[2:], expected[2:], strict=True):
        assert seen[0].measures["novelty"] == pytest.approx(value, abs=1e-5)
    assert answers[5][0].measures["novelty"] > 10 * answers[7][0].measures["novelty"]


def test_each_instance_has_a_past_of_its_own(made_model: Path) -> None:
    first, second = AffectiveNovelty(made_model, "onnxruntime"), AffectiveNovelty(made_model, "onnxruntime")
    first.analyze(samples())
    assert second.analyze(samples()[:1]) == [[]]
    first.close()
    assert first.analyze([]) == []
