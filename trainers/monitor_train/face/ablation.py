"""What the parts of landmark fusion are worth (Kanamori, Kanamori, Endo and Mitani, tables 2, 7 and 8 and figure 4),
and what the mean of the mini-batch in the published affinity step does to answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from monitor.errors import ConfigError
from monitor_train.face.evaluate import fusion_figures, measures
from monitor_train.face.expression import FaceExpression
from monitor_train.face.fusion import (
    FaceFusion,
    FrozenFeatures,
    Settings,
    accelerated,
    extract_features,
    fit,
    read_image,
)
from monitor_train.face.training_faces import FaceSet, split_views, with_heatmaps
from monitor_train.pictures.figures import sweep_figure
from monitor_train.pictures.settings import Run
from monitor_train.pictures.tables import markdown_table, percent
from monitor_train.pictures.training import in_batches

WEIGHTS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""The values of w that the sweep tries."""
BATCH_SIZES = (1, 64, 256)
ROWS = ("no weighting", "confidence only", "agreement only", "both")
TOPS = ("accuracy", "accuracy_top2", "accuracy_top3", "average_recall")


def variants(settings: Settings) -> Iterator[tuple[str, Settings]]:
    """Name and settings of every run: the paper's four rows, and the sweep over w with confidence on."""
    w = settings.disagreement
    yield "no weighting", replace(settings, confidence=False, disagreement=1.0)
    yield "confidence only", replace(settings, confidence=True, disagreement=1.0)
    yield "agreement only", replace(settings, confidence=False, disagreement=w)
    yield "both", replace(settings, confidence=True, disagreement=w)
    for weight in WEIGHTS:
        if weight not in (w, 1.0):  # these two stand above
            yield f"both, w = {weight}", replace(settings, confidence=True, disagreement=weight)


def ablation(source: FaceSet, image: Path, settings: Settings, run: Run) -> dict[str, Any]:
    """Train every variant on the same frozen image branch with the same seed, and measure each on the test split.

    Figures are kept in ablation.json as they come, so that an interrupted ablation goes on where it stopped; tables are
    in ablation.md and the sweep in sweep.png, all in the folder of `run`. Raises ConfigError where that holds another
    ablation.
    """
    branch, out = read_image(image, source, settings), run.out
    out.mkdir(parents=True, exist_ok=True)
    kept = out / "ablation.json"
    figures: dict[str, Any] = json.loads(kept.read_text()) if kept.is_file() else {}
    made = {"image": str(image), **asdict(settings)}
    if figures.setdefault("made", made) != made:
        raise ConfigError(f"{kept} is of another image branch or of other settings; take another --out, or remove it")
    seen: FrozenFeatures | None = None
    for name, variant in variants(settings):
        if name in figures:
            continue
        if seen is None:
            seen = extract_features(branch, source, settings, torch.device(accelerated(run.accelerator)))
        best = fit(branch, seen, variant, run.at(name.replace(" ", "_")))
        figures[name] = {"w": variant.disagreement, **test_figures(FaceFusion.read(best), source)}
        kept.write_text(json.dumps(figures, indent=2))
    if "affinity" not in figures:
        figures["affinity"] = affinity_figures(branch, source)
        kept.write_text(json.dumps(figures, indent=2))
    (out / "ablation.md").write_text(markdown(figures))
    sweep_figure(sweep(figures), figures["both"]["fusion"]["image_accuracy"], out / "sweep.png")
    return figures


def test_figures(model: FaceFusion, source: FaceSet) -> dict[str, Any]:
    """Figures of a trained model on the test split, pictures without a majority left out."""
    faces, views = split_views(source, "test", model.profile)
    decided = faces.majority
    network = model.network.eval().float().cpu()

    def probabilities(part: Tensor) -> Tensor:
        pictures = part.float() / 255
        pictures[:, :-1] = (pictures[:, :-1] - model.profile.mean) / model.profile.std
        return torch.stack([each.softmax(1) for each in network(pictures)], 1)

    seen = torch.from_numpy(with_heatmaps(views)[decided])
    merged, image, landmark = in_batches(probabilities, seen).numpy().swapaxes(0, 1)
    labels = faces.labels[decided]
    return {
        **measures(merged, labels, faces.names),
        "image": measures(image, labels, faces.names),
        "fusion": fusion_figures(merged, image, landmark, labels=labels),
    }


@torch.inference_mode()
def affinity_figures(image: FaceExpression, source: FaceSet, seed: int = 0) -> list[dict[str, Any]]:
    """Accuracy of the image branch on the test split, and how many answers are not those of one face at a time, for
    both kinds of affinity at several batch sizes, in order and shuffled."""
    faces, views = split_views(source, "test", image.profile)
    decided = faces.majority
    pictures = (torch.from_numpy(views.pictures[decided]).float() / 255 - image.profile.mean) / image.profile.std
    labels = faces.labels[decided]
    network = image.network.eval().float().cpu()
    shuffled = torch.from_numpy(np.random.default_rng(seed).permutation(len(pictures)))
    table = []
    for affinity in ("batch", "average"):
        network.amend.affinity = affinity
        alone: NDArray[np.int64] | None = None
        for size in BATCH_SIZES:
            for order in (torch.arange(len(pictures)), shuffled):
                answers = torch.empty(len(pictures), dtype=torch.long)
                answers[order] = torch.cat([network(part).argmax(1) for part in pictures[order].split(size)])
                found = answers.numpy()
                alone = found if alone is None else alone
                table.append(
                    {
                        "affinity": affinity,
                        "batch_size": size,
                        "shuffled": order is shuffled,
                        "accuracy": float((found == labels).mean()),
                        "changed": int((found != alone).sum()),
                    }
                )
    network.amend.affinity = "average"
    return table


def markdown(figures: dict[str, Any]) -> str:
    """All tables of an ablation as Markdown."""

    def gain(row: dict[str, Any]) -> str:
        return percent(row["fusion"]["difference"], *row["fusion"]["difference_interval"], form="+.2f")

    rows = [("image branch alone", figures["both"]["image"], "")]
    rows += [(name, figures[name], gain(figures[name])) for name in ROWS]
    right = figures["both"]["fusion"]["who_is_right"]
    kinds = {"batch": "mean of the batch, as published", "average": "moving average"}
    orders = {True: "shuffled", False: "as listed"}
    tables: list[tuple[list[str], Iterable[Sequence[object]]]] = [
        (
            ["", "top 1", "top 2", "top 3", "average recall", "minus image branch"],
            [(name, *(percent(row[key], form=".2f") for key in TOPS), more) for name, row, more in rows],
        ),
        (["w", "accuracy"], [(w, percent(found, form=".2f")) for w, found in sorted(sweep(figures).items())]),
        (
            ["", "landmarks right", "landmarks wrong"],
            [
                ("image right", right["both"], right["image_only"]),
                ("image wrong", right["landmark_only"], right["neither"]),
            ],
        ),
        (
            ["affinity", "batch size", "order", "accuracy", "answers changed"],
            [
                (kinds[row["affinity"]], row["batch_size"], orders[row["shuffled"]], found, row["changed"])
                for row in figures["affinity"]
                for found in [percent(row["accuracy"], form=".2f")]
            ],
        ),
    ]
    return "\n".join(markdown_table(heading, found) for heading, found in tables)


def sweep(figures: dict[str, Any]) -> dict[float, float]:
    """Weight w -> accuracy, of the variants with confidence."""
    return {row["w"]: row["accuracy"] for name, row in figures.items() if name.startswith(("both", "confidence"))}
