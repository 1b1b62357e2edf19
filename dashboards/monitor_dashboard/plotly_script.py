"""plotly.js for the pages: the script of the installed package, with fewer kinds of traces to begin with.

A browser needs most of a second to run the whole script, nearly all of it for kinds of traces that the pages here never
draw, such as maps and surfaces. Those are registered when a figure has one. The script is a bundle of modules, each a
function that runs when it is first called; the last one registers the kinds of traces, and only that one is changed.
"""

from __future__ import annotations

import json
import re

from plotly.offline import get_plotlyjs

FIRST = ("bar", "heatmap", "histogram")
"""Kinds of traces that are registered at once; scatter always is."""
REGISTRATION = re.compile(r"([\w$]+)\.register\(\[((?:[\w$]+\(\),?)+)\]\)")
NAME = re.compile(r'moduleType:"trace",name:"(\w+)"')


def source() -> bytes:
    """The script. Its `Plotly.registerFor(traces)`, where there is one, has to be called before these are drawn.

    A plotly that is bundled in another way is left as it is, without that function.
    """
    return with_few_traces(get_plotlyjs()).encode()


def with_few_traces(bundle: str) -> str:
    """`bundle` with FIRST registered at once and all others by `Plotly.registerFor(traces)`, where `traces` has one."""
    found = REGISTRATION.search(bundle, max(0, bundle.rfind(".register([") - 20))
    if found is None:
        return bundle
    plotly, modules = found[1], found[2].split(",")
    names = {module: _trace(bundle, module.removesuffix("()")) for module in modules}
    first = [module for module in modules if names[module] in FIRST]
    if len(first) < len(FIRST):
        return bundle
    others = [module for module in modules if module not in first]
    known = json.dumps(["scatter", *FIRST])
    registered = (
        f"{plotly}.register([{','.join(first)}]);{plotly}.registerFor=traces=>{{"
        f'if(traces.every(one=>{known}.includes(one.type??"scatter")))return;'
        f"delete {plotly}.registerFor;{plotly}.register([{','.join(others)}])}}"
    )
    return bundle[: found.start()] + registered + bundle[found.end() :]


def _trace(bundle: str, module: str) -> str | None:
    """The name of the kind of trace that `module` hands on from another one."""
    declared = re.search(rf"var {re.escape(module)}=[^{{]*{{[^}}]*\.exports=([\w$]+)\(\)}}", bundle)
    if declared is None:
        return None
    start = bundle.find(f"var {declared[1]}=")
    end = bundle.find("var ", start + 4)
    named = NAME.search(bundle, start, end)
    return named and named[1]
