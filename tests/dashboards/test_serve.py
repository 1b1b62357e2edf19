"""The server process of the dashboard; `test_command` starts it."""

from __future__ import annotations

import gc

import pytest
from streamlit import net_util
from streamlit.web.server.server_util import is_url_from_allowed_origins

from monitor_dashboard import scripts, serve


def test_what_is_imported_for_good_is_not_looked_through_after_each_run_of_a_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepared: list[bool] = []
    monkeypatch.setattr(scripts, "prepare", lambda: prepared.append(True))
    gc.unfreeze()
    serve._prepare()
    assert prepared == [True]
    assert gc.get_freeze_count() > 10_000


def test_nobody_on_the_internet_is_asked_for_the_address_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda url, **_: asked.append(url))
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)  # given back after the test
    serve._ask_nobody()
    assert not is_url_from_allowed_origins("http://pages.example.org")
    assert asked == []
