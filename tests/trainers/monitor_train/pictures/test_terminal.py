"""Missing packages are named, and figures printed."""

from __future__ import annotations

import pytest

from monitor.errors import ConfigError
from monitor_train.pictures import terminal


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.need()
    monkeypatch.setattr(terminal, "PACKAGES", ("numpy", "no_such_thing", "nor_this"))
    with pytest.raises(ConfigError) as caught:
        terminal.need()
    assert str(caught.value) == (
        "training and measuring need no_such_thing, nor_this: pip install 'emotion-monitor[train]'"
    )


def test_figures_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.print_figures({"accuracy": 0.25})
    plain = capsys.readouterr().out
    assert "0.2500" in plain
    assert "truth" not in plain
    terminal.print_figures({"labels": ["sad", "glad"], "confusion": [[71, 72], [73, 74]]})
    confused = capsys.readouterr().out
    assert all(word in confused for word in ("truth", "glad", "73"))
