from __future__ import annotations

import json

import numpy as np
import pytest

from monitor_studies.model_file import SHIPPED, read_model


def test_a_session_is_fitted_and_simulated(session, monitor, tmp_path):
    code, out, _ = monitor("study", "fit", str(session.id), "-o", "fitted.json")
    assert (code, out) == (0, "")
    model, every_seconds = read_model(tmp_path / "fitted.json")
    assert (model.labels, every_seconds) == (tuple(session.labels["face-fusion"]), 0.5)
    assert 0.5 < model.correlation < 1  # the made-up session drifts slowly
    code, out, _ = monitor("study", "simulate", "--model", "fitted.json", "--minutes", "1", "--runs", "10")
    assert code == 0
    assert len(out.splitlines()) == 1 + 8


def test_power_is_a_row_for_each_length(monitor):
    difference = ["--label", "anger", "--share", "0.02", "--more", "0.02", "--more", "0.6"]
    code, out, _ = monitor("study", "simulate", "--minutes", "1", "--runs", "10", "--sessions", "4", *difference)
    assert code == 0
    head, power, coverage = out.splitlines()
    assert head.split() == ["Minutes", "+2.00%", "+60.00%"]
    assert power.split()[:4] == ["1", "p", "<", "0.05"]
    assert power.split()[-1] in ("90%", "100%")
    assert coverage.split()[:3] == ["interval", "holds", "it"]
    assert all(0 <= float(each[:-1]) <= 100 for each in coverage.split()[3:])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["simulate", "--label", "angr", "--share", "0.1", "--more", "0.1"], "unknown label 'angr'; did you mean"),
        (["simulate", "--label", "anger"], "--label needs --share and --more"),
        (["simulate", "--share", "0.1"], "name it with --label"),
        (["simulate", "--model", "no.json"], "no.json cannot be read"),
        (["fit", "1", "--analyzer", "face-fushion"], "did you mean 'face-fusion'?"),
        (["fit", "7"], "no session '7'"),
    ],
)
def test_mistakes_are_one_line(session, monitor, arguments, said):
    code, out, err = monitor("study", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_a_damaged_model_is_refused(monitor, tmp_path):
    held = json.loads(SHIPPED.read_text())
    (tmp_path / "short.json").write_text(json.dumps(held | {"means": [1.0]}))
    code, _, err = monitor("study", "simulate", "--model", "short.json")
    assert code == 2
    assert "need one number for each of 8 labels" in err
    (tmp_path / "wrong.json").write_text(json.dumps(held | {"corelation": 1}))
    code, _, err = monitor("study", "simulate", "--model", "wrong.json")
    assert "did you mean 'correlation'?" in err


def test_the_shipped_model_is_one_of_the_shipped_analyzer():
    model, every_seconds = read_model(SHIPPED)
    assert every_seconds == 0.5
    assert set(model.labels) >= {"neutral", "anger"}
    assert np.isfinite(model.means).all()


def test_files_of_earlier_versions_are_read(tmp_path):
    held = json.loads(SHIPPED.read_text())
    held["likeness"] = held.pop("correlation")
    (tmp_path / "old.json").write_text(json.dumps(held))
    assert read_model(tmp_path / "old.json")[0].correlation == held["likeness"]
