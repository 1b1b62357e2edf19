"""The frame around all pages: what plugins register becomes pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

import monitor_dashboard
from monitor.plugin.registry import Plugins

APP = Path(monitor_dashboard.__file__).with_name("app.py")


@pytest.fixture
def app(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("MONITOR_STORE", str(store_path))
    streamlit.cache_resource.clear()
    return AppTest.from_file(str(APP), default_timeout=300)


def test_the_first_page_is_the_live_page(app: AppTest) -> None:
    app.run()
    assert not app.exception
    assert "There is no store" in app.info[0].value


def test_without_any_page_the_dashboard_says_so(app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "no-pages.toml"
    bringers = sorted({page.plugin for page in Plugins().pages.values()})
    config.write_text(f"[plugins]\ndisabled = {json.dumps(bringers)}\n")
    monkeypatch.setenv("MONITOR_CONFIG", str(config))
    app.run()
    assert not app.exception
    assert "No plugin registers a page" in app.info[0].value


def test_a_wrong_setting_is_one_sentence(app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "wrong.toml"
    config.write_text("window_second = 5\n")
    monkeypatch.setenv("MONITOR_CONFIG", str(config))
    app.run()
    assert not app.exception
    assert "window\\_seconds" in app.error[0].value
