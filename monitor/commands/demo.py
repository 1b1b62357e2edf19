"""`monitor demo`: make a clip, analyse it, show what came out."""

from __future__ import annotations

import sys
from contextlib import closing, suppress
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
    from monitor.commands.dashboard import dashboard_beside, installed_dashboard, refused_port
    from monitor.commands.run import run
    from monitor.demo.clip import make_demo_clip
    from monitor.engine.models import make_detector
    from monitor.plugin.registry import plugins_in_use
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.views.report import write_report

    folder.mkdir(parents=True, exist_ok=True)
    clip, store, report = folder / "demo.mp4", folder / "demo.db", folder / "report.html"
    print(f"making {clip} …")
    settings = load_settings(store=str(store), dashboard_port=dashboard_port)
    with closing(make_detector(settings, plugins_in_use())) as detector:
        make_demo_clip(clip, detector)
    code = run([str(clip)], store=str(store), name="demo", dashboard=False)
    with Store(store) as opened:
        write_report(opened, opened.session("latest"), report)
    print(f"report: {report}")
    if not sys.stdout.isatty() or installed_dashboard() is None:
        return code
    if problem := refused_port(settings):
        print(f"monitor: {problem}", file=sys.stderr)
    else:
        with dashboard_beside(settings, None) as dashboard, suppress(KeyboardInterrupt):
            print("Ctrl-C ends the dashboard.", file=sys.stderr)
            dashboard.wait()
    return code
