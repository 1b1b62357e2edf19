"""What `monitor train` takes for people, and prints at the end.

Torch and Lightning are imported when a command runs, not when it is registered.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.errors import ConfigError
from monitor_train.person.settings import Settings
from monitor_train.pictures.options import Given, changes, command
from monitor_train.pictures.settings import Run
from monitor_train.pictures.terminal import report


@command(given=changes({"": Settings()}), run=Run)
def train_person_appearance(
    data: Annotated[Path, typer.Option(help="Folder of pictures, in folders or not; people with large faces count.")],
    given: Given,
    run: Run,
) -> None:
    """Train the model of how people look on pictures of strangers, and write its artifact to OUT/artifact.

    Each person is told from all others, in other light, size and sharpness, and before another background.
    """
    from monitor_train.person.appearance import train

    report(train(data, Settings(**given), run))


@command()
def make_mean_face(
    data: Annotated[Path, typer.Option(help="Folder of FER+ as it was published; its validation faces are used.")],
    out: Annotated[Path, typer.Option(help="File for the mean face, .npy; the shipped one lies in monitor_people.")],
) -> None:
    """Make the mean face that head poses are measured against."""
    import numpy as np

    from monitor_train.face.cache import meshes
    from monitor_train.face.ferplus import read
    from monitor_train.person.mean_face import mean_face

    found = meshes(read(data, "valid").files, None, "face meshes")
    np.save(out, mean_face(found.points[found.found]))
    typer.echo(f"mean of {int(found.found.sum())} faces: {out}")


def moved_mean_face(
    data: Annotated[str, typer.Option(help="As before.")] = "",
    out: Annotated[str, typer.Option(help="As before.")] = "",
) -> None:
    """Moved to `monitor mean-face`: nothing is trained for it."""
    raise ConfigError("`monitor train mean-face` is now `monitor mean-face`, with the same options")
