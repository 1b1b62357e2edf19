"""The player of the session page: the recorded video itself, with what was seen drawn over it.

It and the plots of its page go together in the browser: a click into a plot makes it jump, and while it plays a line in
the plots shows where it is.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from monitor.store import Session, Source
from monitor_dashboard import recordings

HTML = """
<div class="monitor-player">
  <div class="screen"><video controls playsinline preload="metadata"></video><canvas></canvas></div>
  <p class="hint">A click into a plot over time jumps there. Boxes and words are of the raw scores.</p>
  <p class="trouble" hidden></p>
</div>
"""
SCRIPT = Path(__file__).with_name("player.js").read_text(encoding="utf-8")
STYLE = Path(__file__).with_name("player.css").read_text(encoding="utf-8")


def draw(session: Session, source: Source, analyzers: list[str], *, at: float | None) -> None:
    """Play a recorded source whose file is there, from `at` seconds where that is given."""
    component = st.components.v2.component("monitor_player", html=HTML, css=STYLE, js=SCRIPT, isolate_styles=False)
    component(
        key=f"player_{source.id}",
        data={
            "video": recordings.video_address(session, source),
            "seen": recordings.seen_address(session, source, analyzers),
            "everySeconds": session.every_seconds,
            "at": at,
            "trouble": f"This browser cannot play {source.name}, whose format it does not know. "
            "Browsers play H.264 in MP4 files, and WebM.",
        },
    )
