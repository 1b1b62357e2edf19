"""The dashboard and the report in a real browser: what is drawn, what moves, and that nothing leaves this machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from playwright.sync_api import FloatRect, Locator, Page, expect

from monitor.live.server import PictureServer
from monitor.store import Store
from monitor.views.report import write_report
from tests.conftest import make_clip
from tests.made_up_session import MadeUpSession

ServeDashboard = Callable[[Path], str]
PLOT = ".js-plotly-plot"


def expect_no_exception(page: Page) -> None:
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def expect_drawn(plot: Locator, *, shapes: str) -> None:
    """That plotly drew something with an extent, and not only an empty frame."""
    expect(plot.locator(shapes).first).to_be_visible()
    box = plot.locator(shapes).first.bounding_box()
    assert box is not None
    assert box["width"] > 2
    assert box["height"] > 2


def extent(shape: Locator) -> FloatRect:
    box = shape.bounding_box()
    assert box is not None
    return box


def expect_one_axis(plot: Locator, seconds: float) -> None:
    """That the two lanes of a plot of `seconds` lie exactly below each other and are hovered and zoomed together."""
    areas = [plot.locator(f".{lane} .scatterlayer .js-fill").first for lane in ("xy", "xy2")]
    for area in areas:
        expect(area).to_be_visible()
    upper, lower = (plot.locator(f".draglayer .{lane} .nsewdrag") for lane in ("xy", "xy2"))
    lower.hover(position={"x": extent(lower)["width"] * 12.5 / seconds, "y": 50})
    above, below = extent(upper), extent(lower)
    assert (above["x"], above["width"]) == (below["x"], below["width"])
    assert above["y"] + above["height"] < below["y"]
    expect(plot.locator(".hoverlayer .hovertext")).to_have_count(2)
    for words in plot.locator(".hoverlayer .hovertext").all():
        expect(words).to_contain_text("0:10 \N{EN DASH} 0:15")
    line = extent(plot.locator(".hoverlayer .spikeline").first)
    assert line["y"] <= above["y"] + 1
    assert line["y"] + line["height"] >= below["y"] + below["height"] - 1

    before = [area.get_attribute("d") or "" for area in areas]
    lower.hover(position={"x": 100, "y": 50})
    mouse = plot.page.mouse
    mouse.down()
    mouse.move(below["x"] + 250, below["y"] + 50, steps=5)
    mouse.up()
    for area, path in zip(areas, before, strict=True):
        expect(area).not_to_have_attribute("d", path)


def test_live_page_moves_with_the_engine_and_survives_its_end(
    page: Page,
    store: Store,
    store_path: Path,
    serve_dashboard: ServeDashboard,
    pictures: PictureServer,
    publish_picture: Callable[[PictureServer, int, MadeUpSession], None],
) -> None:
    made_up = MadeUpSession(store, name="meeting", picture_url=pictures.url)
    made_up.play(60)
    publish_picture(pictures, made_up.file, made_up)
    page.goto(serve_dashboard(store_path))

    picture = page.locator("img.live-picture")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 512)
    expect(page.locator(PLOT)).to_have_count(4)
    bar, scene_bar, area, lines = page.locator(PLOT).all()
    expect_drawn(bar, shapes=".barlayer .point path")
    expect_drawn(scene_bar, shapes=".barlayer .point path")
    expect_drawn(area, shapes=".xy .scatterlayer .js-fill")
    expect_drawn(area, shapes=".xy2 .scatterlayer .js-fill")
    expect_drawn(lines, shapes=".scatterlayer .js-line")
    expect(page.locator(".people tbody tr")).to_have_count(2)
    expect_no_exception(page)

    # the engine goes on: figures follow, the picture stays the same element and so never flickers
    samples = page.locator("[data-testid=stMetric]", has_text="Samples").locator("[data-testid=stMetricValue]")
    expect(samples).to_have_text("120")
    picture.evaluate("element => { element.dataset.marked = 'yes' }")
    made_up.play(10)
    publish_picture(pictures, made_up.file, made_up)
    expect(samples).to_have_text("140")
    expect(picture).to_have_attribute("data-marked", "yes")

    # the engine ends: a plain sentence takes the picture's place
    pictures.close()
    made_up.end()
    expect(page.locator(".no-picture")).to_contain_text("Session 1 is finished")
    expect(picture).to_have_count(0)
    expect_no_exception(page)

    # another engine begins: the page follows by itself
    again = PictureServer()
    second = MadeUpSession(store, name="second meeting", picture_url=again.url)
    second.play(10)
    publish_picture(again, second.file, second)
    expect(page.get_by_text("second meeting")).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 512)
    again.close()
    expect_no_exception(page)


COUNT_LOSSES = """() => {
  window.lost = [];
  const plots = (node) => node.matches?.(".js-plotly-plot") || node.querySelector?.(".js-plotly-plot");
  new MutationObserver((changes) => changes.forEach((change) => change.removedNodes.forEach((node) => {
    if (plots(node)) window.lost.push(node.outerHTML.slice(0, 100));
  }))).observe(document.body, { childList: true, subtree: true });
}"""
"""Notes in the page every plot that leaves it from now on."""


def test_no_plot_leaves_the_live_page_and_zoom_hidden_traces_and_hover_survive_refreshes(
    page: Page, store: Store, store_path: Path, serve_dashboard: ServeDashboard
) -> None:
    made_up = MadeUpSession(store)
    made_up.play(200)
    page.goto(f"{serve_dashboard(store_path)}/live")
    expect(page.locator(PLOT)).to_have_count(4)
    area, lines = page.locator(PLOT).nth(2), page.locator(PLOT).nth(3)
    expect_drawn(area, shapes=".xy2 .scatterlayer .js-fill")
    expect_drawn(lines, shapes=".scatterlayer .js-line")
    page.evaluate(COUNT_LOSSES)

    lines.scroll_into_view_if_needed()
    plane = extent(lines.locator(".nsewdrag"))
    page.mouse.move(plane["x"] + 50, plane["y"] + 50)
    page.mouse.down()
    page.mouse.move(plane["x"] + 450, plane["y"] + 50, steps=5)
    page.mouse.up()
    hidden = lines.locator(".legend .traces", has_text="surprise")
    hidden.locator(".legendtoggle").click()
    expect(hidden).to_have_css("opacity", "0.5")
    zoomed = lines.evaluate("plot => plot.layout.xaxis.range")
    assert zoomed != lines.evaluate("plot => plot.closest('.monitor-plot').whole")
    newest = lines.evaluate("plot => plot.data[0].x.filter(Boolean).at(-1)")

    area.scroll_into_view_if_needed()
    plane = extent(area.locator(".draglayer .xy .nsewdrag"))
    page.mouse.move(plane["x"] + plane["width"] * 33 / 120, plane["y"] + 30)  # the middle of a window, at every refresh
    words = area.locator(".hoverlayer .hovertext").first
    expect(words).to_be_visible()

    for seconds in (10, 20, 30):
        made_up.play(10)
        samples = page.locator("[data-testid=stMetric]", has_text="Samples").locator("[data-testid=stMetricValue]")
        expect(samples).to_have_text(str(2 * (200 + seconds)))
        end = f"1970-01-01T00:03:{20 + seconds - 0.5:06.3f}"
        page.wait_for_function("([plot, end]) => plot.layout.xaxis.range[1] === end", arg=[area.element_handle(), end])
        expect(words).to_be_visible()
        assert lines.evaluate("plot => plot.layout.xaxis.range") == zoomed
        expect(hidden).to_have_css("opacity", "0.5")
    assert lines.evaluate("plot => plot.data[0].x.filter(Boolean).at(-1)") > newest  # the data did come anew
    assert page.evaluate("window.lost") == []
    expect_no_exception(page)


def test_a_dashboard_without_a_store_waits_for_one(
    page: Page, store_path: Path, serve_dashboard: ServeDashboard
) -> None:
    page.goto(serve_dashboard(store_path))
    expect(page.get_by_text("There is no store")).to_be_visible()
    expect(page.get_by_text("monitor run VIDEO")).to_be_visible()
    with Store(store_path, create=True) as store:
        MadeUpSession(store, name="at last").play(10)
        expect(page.get_by_text("at last")).to_be_visible()
        expect(page.locator(".no-picture")).to_contain_text("serves no live picture")
    expect_no_exception(page)


def test_session_page_opens_by_address_follows_the_range_and_hands_out_files(
    page: Page, store: Store, store_path: Path, serve_dashboard: ServeDashboard, tmp_path: Path
) -> None:
    for name in ("first", "second"):
        made_up = MadeUpSession(store, name=name)
        made_up.play(100)
        made_up.end()
    page.goto(f"{serve_dashboard(store_path)}/session?session=1")
    expect(page.locator(PLOT)).to_have_count(6)
    _, _, area, strip, lines, people = page.locator(PLOT).all()
    expect_drawn(strip, shapes=".nsewdrag")
    expect_drawn(area, shapes=".scatterlayer .js-fill")
    expect_drawn(lines, shapes=".scatterlayer .js-line")
    expect_drawn(people, shapes=".barlayer .point path")
    for detail in page.locator(".headline .detail").all():
        expect(detail).to_contain_text("0:00 to 1:40")
    assert "session=1" in page.url

    page.get_by_role("slider").last.press("ArrowLeft")
    for detail in page.locator(".headline .detail").all():
        expect(detail).to_contain_text("0:00 to 1:35")
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible()  # buttons give files of the last run
    expect_no_exception(page)

    with page.expect_download() as download:
        page.get_by_role("button", name="Observations (CSV)").click()
    download.value.save_as(tmp_path / "observations.csv")
    rows = pd.read_csv(tmp_path / "observations.csv")
    assert set(rows["session"]) == {1}
    assert len(rows) == len(store.observations(store.session(1)))
    with page.expect_download() as download:
        page.get_by_role("button", name="Report (HTML)").click()
    assert download.value.suggested_filename == "session-1.html"
    expect_no_exception(page)


def test_faces_and_scene_of_a_session_share_one_time_axis_with_one_mark(
    page: Page, store: Store, store_path: Path, serve_dashboard: ServeDashboard
) -> None:
    made_up = MadeUpSession(store)
    made_up.play(100)
    made_up.end()
    page.goto(f"{serve_dashboard(store_path)}/session?session=1&at=25.5")
    expect(page.locator(PLOT)).to_have_count(6)  # two of shares, the timeline, the strip of events, lines, people
    plot = page.locator(PLOT).nth(2)
    marks = plot.locator(".shapelayer path")
    expect(marks).to_have_count(4)  # a line with its rim, in both lanes
    assert len({round(extent(mark)["x"] + extent(mark)["width"] / 2) for mark in marks.all()}) == 1
    expect_one_axis(plot, 100)
    assert len({round(extent(mark)["x"] + extent(mark)["width"] / 2) for mark in marks.all()}) == 1

    page.get_by_role("button", name="scene-sentiment").click()  # leaves the faces alone
    expect(page.locator(PLOT)).to_have_count(5)
    expect(page.locator(PLOT).nth(1).locator(".xy2")).to_have_count(0)
    expect_no_exception(page)


def test_the_player_and_the_plots_of_a_session_go_together(
    page: Page, store: Store, store_path: Path, serve_dashboard: ServeDashboard, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "talk.webm", 20.0, codec="libvpx")
    made_up = MadeUpSession(store, file_name=str(clip))
    made_up.play(20)
    made_up.end()
    page.goto(f"{serve_dashboard(store_path)}/session?session=1&at=5")
    video, player = page.locator("video"), page.locator(".monitor-player")
    expect(video).to_have_js_property("videoWidth", 64)
    expect(video).to_have_js_property("currentTime", 5)
    expect(player).to_have_attribute("data-seen", re.compile(r"^\w+ \d+ %, (positive|negative) \d+ %$"))

    plot = page.locator(PLOT).nth(2)
    expect_drawn(plot, shapes=".xy .scatterlayer .js-fill")
    plane = plot.locator(".draglayer .xy2 .nsewdrag")
    expect(plane).to_be_visible()
    axis_seconds = 20  # as long as the recording, though its last window would end later
    plane.click(position={"x": extent(plane)["width"] * 15 / axis_seconds, "y": 30})
    page.wait_for_function("Math.abs(document.querySelector('video').currentTime - 15) < 0.1")
    line = page.locator(".monitor-plot .moment").nth(2)
    expect(line).to_be_visible()
    # the line follows when the video has gone there
    share = """([line, plane]) => {
        const [at, area] = [line.getBoundingClientRect(), plane.getBoundingClientRect()];
        return (at.x - area.x) / area.width;
    }"""
    both = [line.element_handle(), plane.element_handle()]
    page.wait_for_function(f"both => Math.abs(({share})(both) - {15 / axis_seconds}) < 0.01", arg=both)

    video.evaluate("video => { video.muted = true; return video.play() }")
    page.wait_for_function(f"both => ({share})(both) > {15.5 / axis_seconds}", arg=both)
    assert "at=5" in page.url  # all that happened in the browser alone
    expect_no_exception(page)


def test_a_recording_in_a_format_that_the_browser_does_not_know_says_so(
    page: Page, store: Store, store_path: Path, serve_dashboard: ServeDashboard, tmp_path: Path
) -> None:
    made_up = MadeUpSession(store, file_name=str(make_clip(tmp_path / "talk.avi", 4.0)))
    made_up.play(4)
    made_up.end()
    page.goto(f"{serve_dashboard(store_path)}/session?session=1")
    expect(page.locator(".monitor-player .trouble")).to_contain_text("This browser cannot play")
    expect(page.locator("video")).to_be_hidden()
    expect(page.get_by_text("jumps there")).to_be_hidden()
    expect_no_exception(page)


def test_a_switch_on_the_session_page_shows_raw_scores(
    page: Page, store: Store, store_path: Path, serve_dashboard: ServeDashboard
) -> None:
    made_up = MadeUpSession(store, half_life_seconds=2.0, calibrate_seconds=10.0)
    made_up.play(60)
    made_up.end()
    page.goto(f"{serve_dashboard(store_path)}/session?session=1")
    expect(page.get_by_text("Smoothed, half-life 2 s; calibrated on each person's first 10 s")).to_be_visible()
    expect(page.locator(PLOT)).to_have_count(6)  # two of shares, the timeline, the strip of events, lines, people
    expect_drawn(page.locator(PLOT).nth(2), shapes=".scatterlayer .js-fill")
    share = page.locator(".headline .share").first
    before = share.inner_text()
    page.get_by_text("Raw scores", exact=True).click()
    expect(page.get_by_text("As the analyzer gave them")).to_be_visible()
    expect(share).not_to_have_text(before)
    expect_no_exception(page)


def test_the_top_navigation_leads_from_page_to_page(
    page: Page, store: Store, store_path: Path, serve_dashboard: ServeDashboard
) -> None:
    MadeUpSession(store).play(10)
    address = serve_dashboard(store_path)
    page.goto(f"{address}/live")
    expect(page.get_by_text("Timeline", exact=True)).to_be_visible()
    page.goto(address)
    page.get_by_role("link", name="Sessions", exact=True).click()  # without the word that its icon is drawn from
    expect(page.get_by_text("Downloads")).to_be_visible()
    expect(page.get_by_role("button", name="Mark", exact=True)).to_be_visible()
    page.get_by_role("link", name="Live").click()
    expect(page.get_by_text("Timeline", exact=True)).to_be_visible()
    expect_no_exception(page)


def test_live_page_fits_a_narrow_window(
    page: Page, store: Store, store_path: Path, serve_dashboard: ServeDashboard
) -> None:
    MadeUpSession(store).play(40)
    page.set_viewport_size({"width": 420, "height": 900})
    page.goto(serve_dashboard(store_path))
    expect(page.locator(PLOT)).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    for element in page.locator(f"{PLOT}, .people").all():
        box = element.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 421


def test_the_report_draws_its_plots_without_a_network(page: Page, store: Store, tmp_path: Path) -> None:
    made_up = MadeUpSession(store, name="<i>meeting</i>")
    made_up.play(65)
    write_report(store, made_up.end(), tmp_path / "report.html")
    page.context.set_offline(True)
    page.goto((tmp_path / "report.html").as_uri())
    expect(page.get_by_role("heading", name="<i>meeting</i>")).to_be_visible()
    expect(page.locator(PLOT)).to_have_count(9)
    expect_one_axis(page.locator("#plot-0"), 65)
    expect_drawn(page.locator("#plot-1"), shapes=".barlayer .point path")
    expect_drawn(page.locator("#plot-2"), shapes=".scatterlayer .js-line")
    expect(page.locator(".people").first.locator("img").first).to_have_js_property("naturalWidth", 96)
