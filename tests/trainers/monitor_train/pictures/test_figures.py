"""Figures are pictures of the numbers they are given."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from monitor_train.pictures import figures


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Axes]:
    """The axes of every figure that is saved."""
    kept: list[Axes] = []
    save = figures.save

    def watched(figure: Figure, path: Path) -> None:
        kept.extend(figure.axes)
        save(figure, path)

    monkeypatch.setattr(figures, "save", watched)
    return kept


def picture(path: Path) -> NDArray[np.uint8]:
    found = cv2.imread(str(path))
    assert found is not None
    return np.asarray(found, np.uint8)


def test_the_sweep_shows_points_over_the_image_branch(tmp_path: Path, drawn: list[Axes]) -> None:
    path = tmp_path / "new" / "sweep.png"
    figures.sweep_figure({1.0: 0.86, 0.0: 0.85, 0.6: 0.875}, 0.85, path)
    line = drawn[0].lines[0]
    np.testing.assert_allclose(line.get_xdata(), [0.0, 0.6, 1.0])
    np.testing.assert_allclose(line.get_ydata(), [0.0, 2.5, 1.0], atol=1e-9)
    assert picture(path).std() > 10


def test_the_confusion_matrix_shows_shares_of_rows_and_counts(tmp_path: Path, drawn: list[Axes]) -> None:
    figures.confusion_figure([[3, 1], [0, 0]], ["sad", "glad"], tmp_path / "one.png")
    figures.confusion_figure([[1, 3], [5, 5]], ["sad", "glad"], tmp_path / "other.png")
    one, other = drawn
    np.testing.assert_allclose(one.images[0].get_array(), [[0.75, 0.25], [0, 0]])
    np.testing.assert_allclose(other.images[0].get_array(), [[0.25, 0.75], [0.5, 0.5]])
    assert [text.get_text() for text in one.texts] == ["3", "1", "0", "0"]
    assert [label.get_text() for label in one.get_yticklabels()] == ["sad", "glad"]
    assert (one.get_xlabel(), one.get_ylabel()) == ("answer", "truth")
    assert (picture(tmp_path / "one.png") != picture(tmp_path / "other.png")).any()


def test_a_map_has_a_colour_for_each_class(tmp_path: Path, drawn: list[Axes]) -> None:
    places = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    figures.map_figure(places, ["glad", "sad", "glad"], ["sad", "glad", "angry"], tmp_path / "map.png")
    sad, glad, angry = drawn[0].collections
    np.testing.assert_allclose(sad.get_offsets(), [[2, 3]])
    np.testing.assert_allclose(glad.get_offsets(), [[0, 1], [4, 5]])
    assert len(angry.get_offsets()) == 0
    assert len({tuple(each.get_facecolor()[0]) for each in (sad, glad, angry)}) == 3
    assert [text.get_text() for text in drawn[0].figure.legends[0].get_texts()] == ["sad", "glad", "angry"]
    assert picture(tmp_path / "map.png").std() > 5
