"""Recorded sessions, pages run by Streamlit's AppTest, a served dashboard and a browser."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from skimage import data
from streamlit.testing.v1 import AppTest

from monitor.live.server import PictureServer
from monitor.sample import Frame, Observation, Sample
from monitor.settings import Settings
from monitor.store import Recorder, Session, Store
from monitor_dashboard import command
from tests.made_up_session import MadeUpSession
from tests.system_browser import system_browser

PageTest = Callable[[str], AppTest]
expect.set_options(timeout=120_000)  # a busy machine may take long to draw; nothing is timed
ServeDashboard = Callable[[Path], str]
STORE = "emotions.db"
BROWSER_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

FORGET = """
try {
    if (!sessionStorage.getItem("begun")) localStorage.clear();
    sessionStorage.setItem("begun", "yes");
} catch { /* a page without an address of its own keeps nothing */ }
"""
"""A tab of the browser begins without what others have left."""


class ServedDashboard(NamedTuple):
    """A dashboard that answers."""

    address: str
    """Of its start page."""
    folder: Path
    """Where it looks for its store; a link to the folder of a test, while that runs."""


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    """Where the store of a test lies; nothing is there yet."""
    return tmp_path / STORE


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
        frame = Frame(np.zeros((2, 2, 3), np.uint8), number * 0.5, 1, number, source_name="sea.mp4")
        recorder.add_sample(source, Sample(frame), faces_looked_for=False)
        scores = {"positive": 0.75, "negative": 0.25}
        recorder.add_observations(source, number, [Observation("scene-sentiment", 1, number * 0.5, None, scores)])
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
        return AppTest.from_string(f"from monitor_dashboard import {name}\n{name}.draw()", default_timeout=300)

    return prepare


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedDashboard]:
    """The one dashboard of all tests: it starts slowly, and what it shows is in the store alone."""
    folder = tmp_path_factory.mktemp("served") / "store"
    folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "START_SECONDS", 600.0)  # where this one fails, so do all that use it
        server = command.start(Settings(store=str(folder / STORE), dashboard_port=port))
    folder.rmdir()
    yield ServedDashboard(server.address, folder)
    server.stop()


@pytest.fixture
def serve_dashboard(served: ServedDashboard) -> Iterator[ServeDashboard]:
    """A function that has the dashboard show the store of a test; the address of its start page."""

    def serve(store: Path) -> str:
        assert store.name == STORE
        served.folder.symlink_to(store.parent)
        return served.address

    yield serve
    served.folder.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Headless Chromium of the system. Without one tests skip, or fail where MONITOR_REQUIRE_BROWSER=1."""
    launched = playwright.chromium.launch(executable_path=system_browser(), args=list(BROWSER_OPTIONS))
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """The one window of all tests, 1400 pixels wide: it keeps what pages are made of, loaded and compiled."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
    context.set_default_timeout(120_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A browser page that remembers nothing of others; at the end it must neither have raised an error nor called
    another machine."""
    opened = context.new_page()
    opened.add_init_script(FORGET)
    errors: list[str] = []
    elsewhere: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("request", lambda request: elsewhere.append(request.url) if not is_here(request.url) else None)
    yield opened
    for each in context.pages:
        each.close()
    context.clear_cookies()
    context.set_offline(False)
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
        server.publish(source_id, Sample(Frame(image, made_up.seconds, 1, made_up.sampled, source_name="made-up")), [])

    return publish
