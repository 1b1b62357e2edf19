"""`monitor compare` and `monitor shares`: quick answers without a study file."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated

import typer

from monitor_studies.commands.mark import SessionKey
from monitor_studies.commands.options import Config, Seed, StoreAddress
from monitor_studies.commands.tables import print_frame

Analyzer = Annotated[str | None, typer.Option(help="An analyzer of the sessions; by default the first.")]
Person = Annotated[str | None, typer.Option(help="Number or name of a person; by default everybody who is seen.")]
Label = Annotated[list[str] | None, typer.Option(help="Only this label or measure; may be given several times.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print a JSON array instead of a table.")]


def number_or_name(person: str | None) -> int | str | None:
    """A person as the command line names them."""
    return int(person) if person is not None and person.isdecimal() else person


def compare(
    sides: Annotated[
        list[str],
        typer.Argument(
            metavar="SESSION...",
            help="Two sessions, or two groups with commas: 3,4,5 6,7,8. One with --after or --inside.",
        ),
    ],
    after: Annotated[
        str | None, typer.Option(metavar="LABEL", help="Compare what lies after a marked event with what lies before.")
    ] = None,
    inside: Annotated[
        str | None,
        typer.Option(metavar="TIER[:LABEL]", help="Compare what lies inside a tier's intervals with the rest."),
    ] = None,
    label: Label = None,
    person: Person = None,
    analyzer: Analyzer = None,
    seed: Seed = 0,
    json: AsJson = False,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Compare sessions, groups of sessions, or what lies before and after: first side minus second.

    Every label and measure has its difference, 95 % interval, p-value, and p-values corrected over all of them.
    """
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor_studies.conclusions import conclusions
    from monitor_studies.quick_study import Side, quick_study
    from monitor_studies.running import run_study

    groups = [Side([key.strip() for key in side.split(",") if key.strip()]) for side in sides]
    study = quick_study(
        groups, after=after, inside=inside, labels=label, person=number_or_name(person), analyzer=analyzer, seed=seed
    )
    with Store(load_settings(config, store=store).store) as opened:
        result = run_study(opened, study)
    if json:
        print(jsonlib.dumps(jsonlib.loads(str(result.comparisons.to_json(orient="records"))), indent=2))
        return
    print_frame(result.comparisons.drop(columns=["comparison", "first_side", "second_side", "units"]), result.measures)
    for sentence in [*conclusions(result.comparisons, result.measures), *result.remarks]:
        print(f"\n{sentence}")


def shares(
    session: SessionKey = "latest",
    by: Annotated[
        str | None, typer.Option("--by", metavar="TIER[:LABEL]", help="One row for each interval of a tier.")
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="With --by: one row for all intervals of one label together.")
    ] = False,
    label: Label = None,
    person: Person = None,
    analyzer: Analyzer = None,
    seed: Seed = 0,
    json: AsJson = False,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Shares of a session with their 95 % intervals, whole or for each annotation of a tier."""
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor_studies.annotated_shares import annotated_shares
    from monitor_studies.study_file import StudiedSession, StudyFile

    study = StudyFile(
        title="shares",
        analyzer=analyzer,
        labels=label,
        person=number_or_name(person),
        seed=seed,
        sessions=[StudiedSession(session=session)],
    )
    with Store(load_settings(config, store=store).store) as opened:
        table, measures = annotated_shares(opened, study, by, together=together)
    if json:
        print(jsonlib.dumps(jsonlib.loads(str(table.to_json(orient="records"))), indent=2))
    else:
        print_frame(table, measures)
