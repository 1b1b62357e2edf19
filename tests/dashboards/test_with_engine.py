"""The whole product at once: a live stream on loopback, a real engine, and the dashboard in a browser."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from monitor.store import Store
from tests.conftest import portrait_clip
from tests.loopback_stream import LoopbackStream, streaming


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[LoopbackStream]:
    """A real face, live."""
    with streaming(portrait_clip(tmp_path / "portrait.ts", 20), 20) as stream:
        yield stream


@pytest.fixture
def engine(camera: LoopbackStream, store_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`monitor run` on the camera, once it has stored something."""
    Store(store_path, create=True).close()
    command = ["run", camera.address, "--store", str(store_path), "--name", "front door", "--no-dashboard"]
    process = subprocess.Popen([sys.executable, "-m", "monitor", *command], stderr=subprocess.DEVNULL)
    yield process
    process.kill()
    process.wait()


def test_a_camera_in_the_browser_cut_restored_and_its_engine_killed(
    page: Page,
    camera: LoopbackStream,
    engine: subprocess.Popen[bytes],
    store_path: Path,
    serve_dashboard: Callable[[Path], str],
) -> None:
    page.goto(serve_dashboard(store_path))
    picture = page.locator("img.live-picture")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 512)
    expect(page.locator(".people tbody tr")).to_have_count(1)
    expect(page.locator(".headline")).to_contain_text("happiness", ignore_case=True)  # she smiles

    camera.is_up = False
    expect(page.get_by_text("reconnecting").first).to_be_visible()
    camera.is_up = True
    expect(page.get_by_text("reconnecting")).to_have_count(0)
    with Store(store_path) as store:
        gaps = store.gaps(store.session("front door"))
    assert len(gaps) == 1
    assert (gaps.end_seconds > gaps.start_seconds).all()

    engine.kill()
    expect(page.locator(".no-picture")).to_contain_text("interrupted")
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
