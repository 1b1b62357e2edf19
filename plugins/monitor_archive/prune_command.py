"""`monitor prune`: take old sessions out of the store."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from monitor_archive.options import Config, StoreAddress

UNITS = {"h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}


def prune(
    older: Annotated[str, typer.Option(metavar="AGE", help="Sessions that ended longer ago than this: 12h, 90d, 8w.")],
    keep_windows: Annotated[
        bool, typer.Option("--keep-windows", help="Keep shares, measures and people; delete single observations.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Delete old sessions, or the single observations in them, which are nine tenths of a store.

    Where only observations go, timelines, people, reports and shares stay; smoothing and calibration need what goes.
    """
    import time

    from monitor.commands.confirmation import confirm
    from monitor.commands.delete import delete_all
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store.removal import compact, delete_raw
    from monitor.views.counts import number_of

    settings = load_settings(config, store=store)
    before = time.time() - age_seconds(older)
    with Store(settings.store) as opened:
        old = [
            each for each in opened.sessions() if each.state != "running" and (each.ended_at or each.alive_at) < before
        ]
        what = "Delete the observations of" if keep_windows else "Delete"
        if not old:
            print(f"no session ended longer ago than {older}")
            return
        if not yes:
            confirm(f"{what} {number_of(len(old), 'session')} for good?")
        if keep_windows:
            rows = sum(delete_raw(opened, session) for session in old)
            print(f"{number_of(rows, 'row')} of {number_of(len(old), 'session')} deleted")
        else:
            delete_all(opened, old, settings)
            print(f"{number_of(len(old), 'session')} deleted")
        compact(opened)


def age_seconds(text: str) -> float:
    """An age such as 90d, in seconds. Raises typer.BadParameter where it is none.

    >>> age_seconds("12h"), age_seconds("1.5d")
    (43200.0, 129600.0)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([hdw])", text.strip())
    if found is None:
        raise typer.BadParameter(
            f"{text!r} is not an age; give a number with h, d or w, such as 90d", param_hint="--older"
        )
    return float(found[1]) * UNITS[found[2]]
