"""Recorded sessions, pages run by Streamlit's AppTest, a served dashboard and a browser."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from skimage import data
from streamlit.testing.v1 import AppTest

from monitor.commands import dashboard
from monitor.picture_server import PictureServer
from monitor.sample import Frame, Observation, Sample
from monitor.store import Recorder, Session, Store
from monitor.testing.made_up_session import MadeUpSession

PageTest = Callable[[str], AppTest]
expect.set_options(timeout=120_000)  # a busy machine may take long to draw; nothing is timed
ServeDashboard = Callable[[Path], str]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    """Where the store of a test lies; nothing is there yet."""
    return tmp_path / "emotions.db"


@pytest.fixture
def store(store_path: Path) -> Iterator[Store]:
    """A store without sessions."""
    with Store(store_path, create=True) as opened:
        yield opened


@pytest.fixture
def whole_frames(store: Store) -> Session:
    """A recording of the sea, twenty seconds, of which an analyzer of whole frames saw every sample."""
    labels = {"scene-sentiment": ["positive", "negative"]}
    recorder = Recorder(store, name="sea", every_seconds=0.5, window_seconds=5, labels=labels)
    source = recorder.add_source("sea.mp4", "file")
    for number in range(40):
        frame = Frame(np.zeros((2, 2, 3), np.uint8), number * 0.5, "sea.mp4", number)
        recorder.add_sample(source, Sample(frame), faces_looked_for=False)
        scores = {"positive": 0.75, "negative": 0.25}
        recorder.add_observations(
            source, number, [Observation("scene-sentiment", "sea.mp4", number * 0.5, None, scores)]
        )
    recorder.update_source(source, state="finished", seconds=19.5, frames_sampled=40, frames_decoded=500)
    recorder.finish("finished")
    return store.session("latest")


@pytest.fixture
def page_test(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> PageTest:
    """A function that prepares one page of the dashboard, `live` or `session`, as Streamlit would run it."""
    import streamlit

    monkeypatch.setenv("MONITOR_STORE", str(store_path))
    streamlit.cache_resource.clear()

    def prepare(name: str) -> AppTest:
        return AppTest.from_string(f"from monitor_dashboard import {name}\n{name}.draw()", default_timeout=60)

    return prepare


@pytest.fixture
def serve_dashboard() -> Iterator[ServeDashboard]:
    """A function that serves the dashboard of a store on a free port; the address of its start page."""
    servers = []

    def serve(store: Path) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        servers.append(dashboard.start(str(store), port))
        return dashboard.page_address("127.0.0.1", port)

    yield serve
    for server in servers:
        dashboard.stop(server)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium of the system. Without one tests skip, or fail where MONITOR_REQUIRE_BROWSER=1."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        reason = f"no browser here: none of {', '.join(BROWSERS)} is on the path"
        if os.environ.get("MONITOR_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=list(BROWSER_OPTIONS))
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser page 1400 pixels wide; at the end it must neither have raised an error nor called another machine."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
    context.set_default_timeout(120_000)
    opened = context.new_page()
    errors: list[str] = []
    elsewhere: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("request", lambda request: elsewhere.append(request.url) if not is_here(request.url) else None)
    yield opened
    context.close()
    assert errors == []
    assert elsewhere == []


def is_here(address: str) -> bool:
    """Whether an address is of this machine or carries its content itself."""
    return address.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "file:"))


@pytest.fixture
def pictures() -> Iterator[PictureServer]:
    """A picture server as an engine has it."""
    server = PictureServer()
    yield server
    server.close()


@pytest.fixture
def publish_picture() -> Callable[[PictureServer, int, MadeUpSession], None]:
    """A function that gives a source of a made-up session a picture: scikit-image's portrait, 512 pixels wide."""
    image = np.ascontiguousarray(data.astronaut())

    def publish(server: PictureServer, source_id: int, made_up: MadeUpSession) -> None:
        server.publish(source_id, Sample(Frame(image, made_up.seconds, "made-up", made_up.sampled)), [])

    return publish
