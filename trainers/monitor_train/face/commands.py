"""What `monitor train`, `monitor evaluate` and `monitor explain` take for the face models, and print at the end.

Torch and Lightning are imported when a command runs, not when it is registered.
"""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor_train.terminal import Accelerator, Resume, need, print_figures, report

if TYPE_CHECKING:
    from monitor_train.face.training_faces import DataSet

SHIPPED = "the shipped model"


class Layout(StrEnum):
    """How a data set lies on disk."""

    FERPLUS = "ferplus"
    RAFDB = "rafdb"
    FOLDERS = "folders"


class Size(StrEnum):
    """Profiles of the networks."""

    COMPACT = "compact"
    PAPER = "paper"


Data = Annotated[Path, typer.Option(help="Folder of the data set.")]
Out = Annotated[Path, typer.Option(help="Folder for checkpoints, cached face meshes, log and artifact.")]
Model = Annotated[Path | None, typer.Option(help="Folder of the model.", show_default=SHIPPED)]
LayoutOption = Annotated[Layout, typer.Option("--format", help="Layout of the data set.")]
Minutes = Annotated[float | None, typer.Option(min=0.01, help="End the image branch after this much training.")]
ImageNet = Annotated[bool, typer.Option(help="Paper profile: begin with torchvision's ImageNet weights (a download).")]
Start = Annotated[Path | None, typer.Option(help="Checkpoint of an image branch whose weights the run begins with.")]


def train_face_expression(
    data: Data,
    out: Out,
    layout: LayoutOption = Layout.FERPLUS,
    profile: Size = Size.COMPACT,
    epochs: Annotated[int, typer.Option(min=1)] = 60,
    minutes: Minutes = None,
    batch_size: Annotated[int, typer.Option(min=2)] = 128,
    learning_rate: Annotated[float, typer.Option(min=0, help="Peak, for batches of 128.")] = 0.1,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    imagenet: ImageNet = False,
    start: Start = None,
    resume: Resume = False,
    accelerator: Accelerator = "auto",
) -> None:
    """Train the image branch alone: a face network that does not look at landmarks."""
    need("train")
    from monitor_train.face import expression as face_expression

    settings = face_expression.Settings(
        profile=profile.value,
        epochs=epochs,
        minutes=minutes,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
        imagenet=imagenet,
    )
    source = _source(data, layout, out / "cache")
    report(face_expression.train(source, out, settings, start=start, resume=resume, accelerator=accelerator))


def train_face_fusion(
    data: Data,
    out: Out,
    layout: LayoutOption = Layout.FERPLUS,
    profile: Size = Size.COMPACT,
    image: Annotated[
        Path | None, typer.Option(help="Checkpoint of a trained image branch; without it one is trained in OUT/image.")
    ] = None,
    ablation: Annotated[
        bool, typer.Option(help="Train all variants of the weighting instead, and write their tables to OUT/ablation.")
    ] = False,
    epochs: Annotated[int, typer.Option(min=1, help="Most epochs of the fusion.")] = 30,
    image_epochs: Annotated[int, typer.Option(min=1, help="Epochs of the image branch.")] = 60,
    minutes: Minutes = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    imagenet: ImageNet = False,
    resume: Resume = False,
    accelerator: Accelerator = "auto",
) -> None:
    """Train landmark fusion: first the image branch, then, on top of it, the landmark branch and the merging."""
    need("train")
    from monitor_train.face import expression as face_expression
    from monitor_train.face import fusion as face_fusion
    from monitor_train.face.ablation import ablation as run_ablation

    source = _source(data, layout, out / "cache")
    begun = out / "ablation" / "ablation.json" if ablation else out / "last.ckpt"
    if image is None and resume and begun.is_file():
        image = out / "image" / "best.ckpt"  # done with, and to stay as it is
    elif image is None:
        branch = face_expression.Settings(
            profile=profile.value, epochs=image_epochs, minutes=minutes, seed=seed, imagenet=imagenet
        )
        image = face_expression.fit(source, out / "image", branch, resume=resume, accelerator=accelerator)
        resume = False
    settings = face_fusion.Settings(profile=profile.value, epochs=epochs, seed=seed, keep_image=profile is Size.COMPACT)
    if ablation:
        run_ablation(source, out / "ablation", image, settings, accelerator=accelerator)
        typer.echo((out / "ablation" / "ablation.md").read_text())
        typer.echo(f"tables and figure: {out / 'ablation'}")
    else:
        report(face_fusion.train(source, out, image, settings, resume=resume, accelerator=accelerator))


def evaluate_face(
    data: Data,
    layout: LayoutOption = Layout.FERPLUS,
    artifact: Model = None,
    robustness: Annotated[bool, typer.Option(help="Also measure on pictures as bad as a camera's.")] = False,
    figure: Annotated[Path | None, typer.Option(help="Write the confusion matrix as a PNG file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a face emotion model on the test split of a data set, one face at a time."""
    need("evaluate")
    from monitor_face.expression import SHIPPED as OWN
    from monitor_train.face.evaluate import evaluate
    from monitor_train.figures import confusion_figure

    figures = evaluate(artifact or OWN, _source(data, layout, None), robustness=robustness)
    if figure is not None:
        confusion_figure(figures["confusion"], figures["labels"], figure)
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        print_figures(figures)


def explain_face_fusion(
    picture: Annotated[Path, typer.Argument(metavar="IMAGE", help="A picture with one or several faces.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="PNG file to write.")] = Path("explanation.png"),
    artifact: Model = None,
) -> None:
    """Show where the two branches of landmark fusion look, by Grad-CAM++."""
    need("explain")
    from monitor_face.expression import SHIPPED as OWN
    from monitor_train.face.explain import answer, explain, explanation_figure

    explanations = explain(picture, artifact or OWN)
    explanation_figure(explanations, out)
    for number, explained in enumerate(explanations, 1):
        whole, image, landmark = (answer(explained.labels, each) for each in explained.probabilities)
        typer.echo(f"face {number}: {whole} (picture alone: {image}; landmarks alone: {landmark})")
    typer.echo(f"figure: {out}")


def _source(data: Path, layout: Layout, cache: Path | None) -> DataSet:
    from monitor_train.face.training_faces import DataSet

    return DataSet(data, layout.value, cache)
