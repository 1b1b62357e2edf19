"""`monitor demo`: make a clip, analyse it, show what came out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def demo(
    folder: Annotated[Path, typer.Option(help="Where the clip, the store and the report go.")] = Path("demo"),
    dashboard_port: Annotated[int | None, typer.Option(help="Port of the dashboard.")] = None,
) -> int:
    """Make a short clip with changing expressions, analyse it, print the shares and write a report.

    At a terminal the dashboard is served until Ctrl-C.
    """
    from monitor.commands.dashboard import dashboard as show
    from monitor.commands.run import run
    from monitor.demo import make_demo_clip
    from monitor.report import write_report
    from monitor.store import Store

    folder.mkdir(parents=True, exist_ok=True)
    clip, store, report = folder / "demo.mp4", folder / "demo.db", folder / "report.html"
    print(f"making {clip} …")
    make_demo_clip(clip)
    code = run([str(clip)], store=str(store), name="demo", dashboard=False)
    with Store(store) as opened:
        write_report(opened, opened.session("latest"), report)
    print(f"report: {report}")
    if sys.stdout.isatty():
        show(store=str(store), port=dashboard_port)
    return code
