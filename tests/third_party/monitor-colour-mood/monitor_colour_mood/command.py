"""`monitor colour-mood PICTURE`."""

from pathlib import Path
from typing import Annotated

import typer


def colour_mood(
    picture: Annotated[Path, typer.Argument(help="A picture file.")],
    warmth: Annotated[float, typer.Option(help="How much warm colours count.")] = 4.0,
) -> None:
    """Print how positive the colours of a picture are."""
    import cv2

    from monitor.errors import SourceError
    from monitor_colour_mood.analyzer import mood

    image = cv2.imread(str(picture))
    if image is None:
        raise SourceError(f"{picture} is not a picture that can be read")
    print(f"{picture.name}: {mood(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), warmth):.3f} positive")
