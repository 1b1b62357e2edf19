"""The pages in Chromium, as wide as a phone; its camera is a clip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.plugins.monitor_service.conftest import Service, faces
from tests.system_browser import system_browser

SCREEN = """
    navigator.wakeLock.request = async kind => {
        window.kept_on = kind;
        return { release: () => { window.kept_on = null; } };
    }
"""
"""Stands for a screen that the page keeps on."""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a second with a face at the left, as Motion JPEG, which Chromium repeats for as long as it is asked."""
    path = tmp_path_factory.mktemp("camera") / "face.mjpeg"
    image = faces((80, 100, 160, 200, 204), size=(480, 640))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.height, stream.width, _ = image.shape
        stream.pix_fmt = "yuvj420p"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture(scope="module")
def page(clip: Path, playwright: Playwright) -> Iterator[Page]:
    """A page as wide as a phone in a browser with that camera, whose use is granted."""
    camera = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={clip}"]
    arguments = ["--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream", *camera]
    browser = playwright.chromium.launch(executable_path=system_browser(), args=arguments)
    context = browser.new_context(viewport={"width": 420, "height": 800})
    context.set_default_timeout(120_000)
    opened = context.new_page()
    opened.add_init_script(SCREEN)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    browser.close()
    assert errors == []


def test_a_camera_is_recorded_and_what_is_seen_is_drawn_over_it(page: Page, service: Service) -> None:
    expect.set_options(timeout=120_000)
    page.goto(f"{service.url}/camera")
    page.get_by_role("button", name="Record").click()
    status = page.get_by_role("status")
    expect(status).to_contain_text("2 pictures analysed")
    expect(page.get_by_role("heading", name="person 1, mood")).to_be_visible()
    expect(page.locator("#seen")).to_contain_text("happiness")
    expect(page.get_by_role("meter", name="happiness")).to_be_visible()
    edge = page.evaluate(
        "() => { const c = document.getElementById('picture'); "
        "return [...c.getContext('2d').getImageData(80 * c.width / 640, 200 * c.height / 480, 1, 1).data] }"
    )
    assert edge[:3] == [255, 183, 77]  # the colour of the first person's box, on the left edge of the face
    assert page.evaluate("kept_on") == "screen"
    page.get_by_role("button", name="Stop").click()
    expect(status).to_contain_text("is recorded:")
    assert page.evaluate("kept_on") is None
    session = service.store.session("latest")
    (source,) = service.store.sources(session.id)
    assert (session.state, source.kind, source.name) == ("stopped", "live", "browser camera")
    assert source.frames_sampled >= 2
    expect(page.get_by_role("button", name="Record")).to_be_enabled()


def test_the_list_of_operations_fits_a_phone(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/docs")
    expect(page.get_by_role("heading", name="POST /v1/recognize")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 420
