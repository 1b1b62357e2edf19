"""plotly.js with few kinds of traces to begin with: the bundle of the installed package, in a browser, and others."""

from __future__ import annotations

from playwright.sync_api import Page
from plotly.offline import get_plotlyjs

from monitor_dashboard import plotly_script

BUNDLE = """
var A=W((e,t)=>{"use strict";t.exports=B()});var B=W((e,t)=>{t.exports={moduleType:"trace",name:"pie",meta:{}}});
var C=W((e,t)=>{"use strict";t.exports=D()});var D=W((e,t)=>{t.exports={moduleType:"trace",name:"bar",meta:{}}});
var E=W((e,t)=>{"use strict";t.exports=F()});var F=W((e,t)=>{t.exports={moduleType:"trace",name:"heatmap",meta:{}}});
var G=W((e,t)=>{"use strict";t.exports=H()});var H=W((e,t)=>{t.exports={moduleType:"trace",name:"histogram",meta:{}}});
var I=W((e,t)=>{"use strict";t.exports=J()});var J=W((e,t)=>{t.exports={moduleType:"component",name:"calendars"}});
var K=W((e,t)=>{var P=L();P.register([A(),C(),E(),G(),I()]);t.exports=P});
"""


def test_only_the_usual_kinds_are_registered_at_once() -> None:
    changed = plotly_script.with_few_traces(BUNDLE)
    assert "P.register([C(),E(),G()]);P.registerFor=" in changed
    assert "P.register([A(),I()])" in changed
    assert changed.startswith(BUNDLE[: BUNDLE.index("P.register")])
    assert changed.endswith(";t.exports=P});\n")


def test_a_bundle_made_in_another_way_comes_as_it_is() -> None:
    for other in (
        "",
        "Plotly.register([A(),B()])",
        BUNDLE.replace('"heatmap"', '"image"'),
        BUNDLE.replace("exports", "x"),
    ):
        assert plotly_script.with_few_traces(other) == other


def test_the_installed_plotly_draws_usual_and_other_kinds(page: Page) -> None:
    assert plotly_script.source() != get_plotlyjs().encode()
    page.set_content("<div id=usual></div><div id=other></div>")
    page.add_script_tag(content=plotly_script.source().decode())
    draw = """async ([place, traces]) => {
        Plotly.registerFor?.(traces);
        await Plotly.newPlot(place, traces, {width: 300, height: 200});
        return Boolean(Plotly.registerFor);
    }"""
    usual = [{"y": [1, 2]}, {"type": "bar", "y": [1, 2]}, {"type": "heatmap", "z": [[1, 2]]}]
    assert page.evaluate(draw, ["usual", [*usual, {"type": "histogram", "x": [1, 1, 2]}]])
    assert page.locator("#usual .barlayer .point").count() == 2 + 2
    assert page.locator("#usual .heatmaplayer image").count() == 1
    assert not page.evaluate(draw, ["other", [{"type": "pie", "values": [1, 3]}]])
    assert page.locator("#other .pielayer .slice").count() == 2
    assert not page.evaluate(draw, ["usual", usual])
