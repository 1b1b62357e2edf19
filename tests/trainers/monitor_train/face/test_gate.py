"""Figures inside and outside of the quality gate, on answers and measures that are made up."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from monitor.quality import Gate
from monitor_train.face.gate import VIEWS, Judged, gate_curve, gate_figures, tightened

GATE = Gate(smallest_face=20, most_yaw=40, least_sharpness=0.1)
PICTURES = 200


@pytest.fixture(scope="module")
def seen() -> Judged:
    """Two views: large faces, always right, and small ones, right by chance in every other picture. In the first, a
    quarter is turned away and wrong, and a tenth has no known yaw."""
    yaw = np.zeros((2, PICTURES))
    yaw[0, :50], yaw[0, 50:70] = -60.0, np.nan
    right = np.ones((2, PICTURES), bool)
    right[0, :50], right[1, ::2] = False, False
    height = np.array([[40.0] * PICTURES, [12.0] * PICTURES])
    sharpness = np.full((2, PICTURES), 0.3)
    return Judged(("large", "small"), right, {"face_height": height, "head_yaw": yaw, "sharpness": sharpness})


def test_faces_are_counted_inside_and_outside(seen: Judged) -> None:
    figures = gate_figures(seen, GATE)
    large, small, both = figures["views"]["large"], figures["views"]["small"], figures["all_views"]
    assert (large["inside"]["faces"], large["inside"]["accuracy"]) == (150, 1.0)
    assert (large["outside"]["faces"], large["outside"]["accuracy"]) == (50, 0.0)
    assert (small["inside"], small["outside"]["accuracy"]) == ({"faces": 0, "part": 0.0}, 0.5)
    assert both["outside"]["accuracy"] == pytest.approx(100 / 250)
    low, high = both["outside"]["accuracy_interval"]
    assert low < 100 / 250 < high
    assert figures["by_measure"]["head_yaw"][-1]["faces"] == 20  # unknown
    json.dumps(figures, allow_nan=False)


def test_the_curve_begins_with_everything_and_has_the_gate_itself(seen: Judged, tmp_path: Path) -> None:
    curve = gate_figures(seen, GATE)["curve"]
    assert curve[0]["part"] == 1.0
    (own,) = (point for point in curve if point["tightness"] == 1.0)
    assert own["accuracy"] == 1.0
    assert tightened(GATE, 0) == Gate()
    assert tightened(GATE, 2) == Gate(40, 20, 0.2)
    gate_curve(curve, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").stat().st_size > 1000


def test_every_view_is_a_picture_of_the_face(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (48, 48, 3), np.uint8)
    for name, change in VIEWS.items():
        seen = change(picture)
        assert seen.dtype == np.uint8
        assert seen.shape[0] == seen.shape[1] <= 48, name
