"""Text of others (file names, messages, session names) made safe to show, and sessions in words."""

from __future__ import annotations

import re
from datetime import datetime

from monitor.store import Session

STATE_COLOURS = {"running": "green", "finished": "blue", "stopped": "gray", "failed": "red", "interrupted": "orange"}


BARE_LINK = re.compile(r"(https?:)(?=//)|(www)(?=\.)|(?=@)", re.IGNORECASE)
"""Up to where an invisible sign has to stand in an address without brackets, of which Streamlit makes a link even where
its signs are escaped."""


def plain(text: str) -> str:
    """`text` with Markdown's signs escaped, so that Streamlit shows it as it is, and addresses in it are no links."""
    text = BARE_LINK.sub("\\g<0>\N{WORD JOINER}", text)
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~$:])", r"\\\1", text)


def when(unix_seconds: float) -> str:
    """A moment in local time, to the minute."""
    return datetime.fromtimestamp(unix_seconds).strftime("%d %b %Y, %H:%M")


def titled(session: Session) -> str:
    """A session in a list."""
    return f"{session.id} · {session.name} · {when(session.started_at)} · {session.state}"
