"""What a reader does in a component of our own is carried out once, however often it is told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from monitor_dashboard import component


class Mounted:
    """A component as Streamlit would have it, drawn as often as a test wants, with what the browser tells it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.carried_out: list[tuple[str, Any]] = []
        self.scripts: list[str] = []
        self.state: dict[str, Any] = {}
        self.seconds = 1_700_000_000
        patch.setattr(component, "time_ns", lambda: self.seconds * 10**9)
        patch.setattr(component.st, "session_state", self.state)
        patch.setattr(component.st.components.v2, "component", self._register)

    def _register(self, name: str, **parts: Any) -> Any:
        self.scripts.append(parts["js"])
        return lambda **arguments: setattr(self, "drawn", arguments)

    def draw(self, **more: Any) -> dict[str, Any]:
        component.draw("made-up", html="<i></i>", css="", js="export default tell", key="k", data={"a": 1}, **more)
        drawn: dict[str, Any] = self.drawn  # type: ignore[attr-defined]
        return drawn

    def told(self, *actions: tuple[int, str, Any]) -> int:
        """What the page says that it did, after the browser has told `actions`."""
        drawn = self.draw(on_action=lambda name, value: self.carried_out.append((name, value)))
        told = [{"number": number, "name": name, "value": value} for number, name, value in actions]
        self.state["k"] = SimpleNamespace(told=told or None)
        drawn["on_told_change"]()
        done: int = self.draw(on_action=lambda name, value: None)["data"]["done"]
        return done


@pytest.fixture
def mounted(monkeypatch: pytest.MonkeyPatch) -> Mounted:
    return Mounted(monkeypatch)


def test_actions_told_again_are_carried_out_once_and_in_order(mounted: Mounted) -> None:
    start = mounted.told()
    assert mounted.told((start + 1, "name", "Ann"), (start + 2, "undo", None)) == start + 2
    assert mounted.told((start + 2, "undo", None), (start + 3, "undo", None)) == start + 3
    assert mounted.carried_out == [("name", "Ann"), ("undo", None), ("undo", None)]


def test_what_an_earlier_server_was_told_is_not_done_again(mounted: Mounted) -> None:
    before = mounted.told() + 5
    mounted.seconds += 1
    mounted.state.clear()
    assert mounted.told((before, "undo", None)) > before
    assert mounted.carried_out == []


def test_without_actions_it_is_only_drawn(mounted: Mounted) -> None:
    assert mounted.draw() == {"key": "k", "data": {"a": 1}}
    assert mounted.scripts == [f"{component.TELLER}\nexport default tell"]


def test_an_uninterrupted_page_keeps_the_plugins_that_are_in_use() -> None:
    page = AppTest.from_string(
        """
import streamlit as st
from monitor.plugin.registry import Plugins, plugins_in_use
from monitor_dashboard.page_parts import uninterrupted

plugins = Plugins(("face",))
with plugins.in_use():
    uninterrupted(lambda: st.write(str(plugins_in_use() is plugins)))()
""",
        default_timeout=300,
    ).run()
    assert [each.value for each in page.markdown] == ["True"]
