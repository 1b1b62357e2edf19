"""What is worth saying about a source's health, in words."""

from __future__ import annotations

from monitor.store import Session, Source


def state(session: Session, source: Source) -> str:
    """The source's state; one that was running when its engine vanished counts as interrupted.

    A source row keeps the last word of the engine, and an engine that was killed could not say that it ended.
    """
    over = session.state != "running" and source.state in ("waiting", "running", "reconnecting")
    return session.state if over else source.state


def facts(source: Source) -> list[tuple[str, str]]:
    """(name, value) pairs in the order in which they matter."""
    dropped = sum(source.frames_dropped.values())
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(source.frames_dropped.items()))
    return [
        ("Frames decoded", f"{source.frames_decoded:,}"),
        ("Frames sampled", f"{source.frames_sampled:,}"),
        ("Frames dropped", f"{dropped:,} ({reasons})" if dropped else "none"),
    ]
