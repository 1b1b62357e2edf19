"""What to look at after a training."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from monitor_train.crowd.sheets import epoch_means, worst


def test_the_surest_wrong_answers_come_first() -> None:
    probabilities = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.99, 0.01]], np.float32)
    assert worst(probabilities, np.array([0, 0, 0, 1])) == [3, 2, 1]
    assert worst(probabilities, np.array([0, 1, 1, 0])) == []


def test_a_curve_is_the_mean_of_each_epoch_of_the_last_log(tmp_path: Path) -> None:
    for version, loss in ((2, 7), (10, 2)):
        (tmp_path / f"version_{version}").mkdir()
        lines = ("epoch,loss,valid_loss", f"0,{loss},", "0,1,", "1,,0.5", "2,3,")
        (tmp_path / f"version_{version}" / "metrics.csv").write_text("\n".join(lines))
    means = epoch_means(tmp_path)
    assert means["loss"].dropna().to_dict() == {0: 1.5, 2: 3.0}
    assert means["valid_loss"].dropna().to_dict() == {1: 0.5}
