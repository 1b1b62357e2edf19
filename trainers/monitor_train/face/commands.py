"""What `monitor train`, `monitor evaluate` and `monitor explain` take for the face models, and print at the end.

Torch and Lightning are imported when a command runs, not when it is registered.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from monitor_train.face.settings import PROFILES, ImageNet, Layout, ProfileName
from monitor_train.pictures.options import (
    AsJson,
    Given,
    Model,
    RuntimeName,
    changes,
    command,
    comparison_run,
)
from monitor_train.pictures.settings import Accelerator, Out, Resume, Run, Seed, from_profile
from monitor_train.pictures.terminal import print_figures, print_over_draws, report

Data = Annotated[Path, typer.Option(help="Folder of the data set.")]
Format = Annotated[Layout, typer.Option("--format", help="Layout of the data set.")]
FusionEpochs = Annotated[int, typer.Option(min=1, help="Most epochs of the fusion.")]


@command(run=Run, given=changes(PROFILES))
def train_face_expression(
    data: Data,
    run: Run,
    given: Given,
    layout: Format = "ferplus",
    start: Annotated[
        Path | None,
        typer.Option(
            help="Begin with these weights: `shipped`, the folder of a face model, or an image branch's file."
        ),
    ] = None,
) -> None:
    """Train the image branch alone: a face network that does not look at landmarks.

    With --start it learns your own pictures on top of what a finished model knows. A new model takes 60 epochs, batches
    of 128 and a learning rate of 0.1, a finished one 20, 32 and 0.04; the learning rate is that of batches of 128.
    """
    from monitor_face.expression.analyzer import SHIPPED as OWN
    from monitor_train.face import expression
    from monitor_train.face.training_faces import FaceSet

    start = OWN if start == Path("shipped") else start
    settings = from_profile(PROFILES, "finished" if start is not None and start.is_dir() else "new", **given)
    report(expression.train(FaceSet(data, layout, run.out / "cache"), settings, run, start))


@command()
def train_face_fusion(
    data: Data,
    out: Out,
    layout: Format = "ferplus",
    profile: ProfileName = "compact",
    image: Annotated[
        Path | None, typer.Option(help="Checkpoint of a trained image branch; without it one is trained in OUT/image.")
    ] = None,
    epochs: FusionEpochs = 30,
    image_epochs: Annotated[int, typer.Option(min=1, help="Epochs of the image branch.")] = 60,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="End the image branch after this much training.")
    ] = None,
    seed: Seed = 0,
    imagenet: ImageNet = False,
    resume: Resume = False,
    accelerator: Accelerator = "auto",
) -> None:
    """Train landmark fusion: first the image branch, then, on top of it, the landmark branch and the merging."""
    from monitor_train.face import expression, fusion
    from monitor_train.face.settings import Settings
    from monitor_train.face.training_faces import FaceSet

    source, run = FaceSet(data, layout, out / "cache"), Run(out, accelerator=accelerator)
    if image is None and resume and run.last.is_file():
        image = out / "image" / "best.ckpt"  # done with, and to stay as it is
    elif image is None:
        branch = Settings(profile=profile, epochs=image_epochs, minutes=minutes, seed=seed, imagenet=imagenet)
        image = expression.fit(source, branch, Run(out / "image", resume, accelerator))
        resume = False
    run = replace(run, resume=resume)
    settings = fusion.Settings(profile=profile, epochs=epochs, seed=seed, keep_image=profile == "compact")
    report(fusion.train(source, image, settings, run))


@command(run=comparison_run)
def ablate_face_fusion(
    data: Data,
    image: Annotated[Path, typer.Option(help="Checkpoint of a trained image branch, which all variants share.")],
    run: Run,
    layout: Format = "ferplus",
    profile: ProfileName = "compact",
    epochs: FusionEpochs = 30,
    seed: Seed = 0,
) -> None:
    """Train every variant of the weighting of landmarks on one image branch, and measure what each is worth."""
    from monitor_train.face import fusion
    from monitor_train.face.ablation import ablation
    from monitor_train.face.training_faces import FaceSet

    settings = fusion.Settings(profile=profile, epochs=epochs, seed=seed, keep_image=profile == "compact")
    ablation(FaceSet(data, layout, run.out / "cache"), image, settings, run)
    typer.echo((run.out / "ablation.md").read_text())
    typer.echo(f"tables and figure: {run.out}")


@command(run=comparison_run)
def ablate_own_pictures(
    data: Annotated[Path, typer.Option(help="Folder of FER+.")],
    run: Run,
    pictures: Annotated[int, typer.Option(min=50, help="Pictures that are labelled per draw.")] = 300,
    answers: Annotated[int, typer.Option(min=1, help="Simulated answers per picture.")] = 3,
    draws: Annotated[int, typer.Option(min=2, help="Independent draws of pictures and answers.")] = 5,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the labelled pictures.")] = 20,
) -> None:
    """Measure what labelling pictures of one's own camera is worth, on a camera that is made up from FER+."""
    from monitor_train.face.own_pictures import compare

    found = compare(data, run, pictures=pictures, answers=answers, draws=draws, epochs=epochs)
    typer.echo(f"{pictures} pictures, {answers} answers each, {draws} draws; {found['data']}")
    print_over_draws("model", {"shipped": found["shipped"], **found["rows"]})


@command()
def evaluate_face(
    data: Data,
    layout: Format = "ferplus",
    artifact: Model = None,
    runtime: RuntimeName = "auto",
    robustness: Annotated[bool, typer.Option(help="Also measure on pictures as bad as a camera's.")] = False,
    quality: Annotated[
        bool,
        typer.Option(
            help="Measure inside and outside of the quality gate instead, also on views made worse on purpose."
        ),
    ] = False,
    pictures: Annotated[
        int | None, typer.Option(min=1, help="With --quality: so many pictures, drawn by chance; by default all.")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(help="Write the confusion matrix, or the curve of the gate, as a PNG file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a face emotion model on the test split of a data set, one face at a time."""
    from monitor_face.expression.analyzer import SHIPPED as OWN
    from monitor_train.face.evaluate import evaluate
    from monitor_train.face.training_faces import FaceSet
    from monitor_train.pictures.figures import confusion_figure

    source = FaceSet(data, layout, None)
    if quality:
        from monitor.quality import Gate
        from monitor.settings import QualitySettings
        from monitor_train.face.gate import evaluate_gate, gate_curve

        gate = Gate(**QualitySettings().model_dump())
        judged = evaluate_gate(artifact or OWN, source, gate, runtime=runtime, most=pictures)
        if figure is not None:
            gate_curve(judged["curve"], figure)
        print_figures(judged, as_json=as_json)
        return
    figures = evaluate(artifact or OWN, source, robustness=robustness, runtime=runtime)
    if figure is not None:
        confusion_figure(figures["confusion"], figures["labels"], figure)
    print_figures(figures, as_json=as_json)


@command()
def explain_face_fusion(
    picture: Annotated[Path, typer.Argument(metavar="IMAGE", help="A picture with one or several faces.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="PNG file to write.")] = Path("explanation.png"),
    artifact: Model = None,
) -> None:
    """Show where the two branches of landmark fusion look, by Grad-CAM++."""
    from monitor_face.expression.analyzer import SHIPPED as OWN
    from monitor_train.face.explain import answer, explain, explanation_figure

    explanations = explain(picture, artifact or OWN)
    explanation_figure(explanations, out)
    for number, explained in enumerate(explanations, 1):
        whole, image, landmark = (answer(explained.labels, each) for each in explained.probabilities)
        typer.echo(f"face {number}: {whole} (picture alone: {image}; landmarks alone: {landmark})")
    typer.echo(f"figure: {out}")
