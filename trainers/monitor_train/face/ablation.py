"""What the parts of landmark fusion are worth (Kanamori, Kanamori, Endo and Mitani, tables 2, 7 and 8 and figure 4),
and what the mean of the mini-batch in the published affinity step does to answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor_train.face.evaluate import fusion_figures, measures
from monitor_train.face.expression import FaceExpression
from monitor_train.face.fusion import FaceFusion, SeenFaces, Settings, accelerated, fit, look, read_image
from monitor_train.face.training_faces import DataSet, split_views, with_heatmaps
from monitor_train.figures import sweep_figure

WEIGHTS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""The values of w that the sweep tries."""
BATCH_SIZES = (1, 64, 256)


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


def ablation(
    source: DataSet, out: Path, image: Path, settings: Settings, *, accelerator: str = "auto"
) -> dict[str, Any]:
    """Train every variant on the same frozen image branch with the same seed, and measure each on the test split.

    Figures are kept in `out`/ablation.json as they come, so that an interrupted ablation goes on where it stopped;
    tables are in `out`/ablation.md and the sweep in `out`/sweep.png. Raises ConfigError where `out` holds another
    ablation.
    """
    branch = read_image(image, source, settings)
    out.mkdir(parents=True, exist_ok=True)
    kept = out / "ablation.json"
    figures: dict[str, Any] = json.loads(kept.read_text()) if kept.is_file() else {}
    made = {"image": str(image), **asdict(settings)}
    if figures.setdefault("made", made) != made:
        raise ConfigError(f"{kept} is of another image branch or of other settings; take another --out, or remove it")
    seen: SeenFaces | None = None
    for name, variant in variants(settings):
        if name in figures:
            continue
        if seen is None:
            seen = look(branch, source, settings, torch.device(accelerated(accelerator)))
        best = fit(branch, seen, out / name.replace(" ", "_"), variant, resume=False, accelerator=accelerator)
        model = FaceFusion.load_from_checkpoint(best, map_location="cpu", weights_only=True)
        figures[name] = {"w": variant.disagreement, **test_figures(model, source)}
        kept.write_text(json.dumps(figures, indent=2))
    if "affinity" not in figures:
        figures["affinity"] = affinity_figures(branch, source)
        kept.write_text(json.dumps(figures, indent=2))
    (out / "ablation.md").write_text(markdown(figures, settings))
    sweep = {row["w"]: row["accuracy"] for name, row in figures.items() if name.startswith(("both", "confidence"))}
    sweep_figure(sweep, figures["both"]["fusion"]["image_accuracy"], out / "sweep.png")
    return figures


@torch.inference_mode()
def test_figures(model: FaceFusion, source: DataSet) -> dict[str, Any]:
    """Figures of a trained model on the test split, pictures without a majority left out."""
    faces, views = split_views(source, "test", model.profile)
    decided = faces.majority
    network = model.network.eval().float().cpu()
    rows = []
    for part in torch.from_numpy(with_heatmaps(views)[decided]).split(256):
        pictures = part.float() / 255
        pictures[:, :-1] = (pictures[:, :-1] - model.profile.mean) / model.profile.std
        rows.append(torch.stack([each.softmax(1) for each in network(pictures)]))
    merged, image, landmark = torch.cat(rows, 1).numpy()
    labels = faces.labels[decided]
    return {
        **measures(merged, labels, faces.names),
        "image": measures(image, labels, faces.names),
        "fusion": fusion_figures(merged, image, landmark, labels=labels),
    }


@torch.inference_mode()
def affinity_figures(image: FaceExpression, source: DataSet, seed: int = 0) -> list[dict[str, Any]]:
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
        network.amend.affinity = affinity  # type: ignore[assignment]
        alone: NDArray[np.int64] | None = None
        for size in BATCH_SIZES:
            for order in (torch.arange(len(pictures)), shuffled):
                answers = torch.empty(len(pictures), dtype=torch.long)
                answers[order] = torch.cat([network(part).argmax(1) for part in pictures[order].split(size)])
                said = answers.numpy()
                alone = said if alone is None else alone
                table.append(
                    {
                        "affinity": affinity,
                        "batch_size": size,
                        "shuffled": order is shuffled,
                        "accuracy": float((said == labels).mean()),
                        "changed": int((said != alone).sum()),
                    }
                )
    network.amend.affinity = "average"
    return table


def markdown(figures: dict[str, Any], settings: Settings) -> str:
    """All tables of an ablation as Markdown."""
    rows = ["no weighting", "confidence only", "agreement only", "both"]
    head = "| | top 1 | top 2 | top 3 | average recall | minus image branch |\n|---|---|---|---|---|---|\n"
    image = figures["both"]["image"]
    lines = [head + _row("image branch alone", image, "")]
    for name in rows:
        gain, (low, high) = (figures[name]["fusion"][key] for key in ("difference", "difference_interval"))
        lines.append(_row(name, figures[name], f"{100 * gain:+.2f} ({100 * low:+.2f} to {100 * high:+.2f})"))
    lines.append("\n| w | accuracy |\n|---|---|\n")
    for _, row in sorted(
        ((n, f) for n, f in figures.items() if n.startswith(("both", "confidence"))), key=lambda pair: pair[1]["w"]
    ):
        lines.append(f"| {row['w']} | {100 * row['accuracy']:.2f} |\n")
    right = figures["both"]["fusion"]["who_is_right"]
    lines.append(
        "\n| | landmarks right | landmarks wrong |\n|---|---|---|\n"
        f"| image right | {right['both']} | {right['image_only']} |\n"
        f"| image wrong | {right['landmark_only']} | {right['neither']} |\n"
    )
    lines.append("\n| affinity | batch size | order | accuracy | answers changed |\n|---|---|---|---|---|\n")
    for row in figures["affinity"]:
        kind = "mean of the batch, as published" if row["affinity"] == "batch" else "moving average"
        order = "shuffled" if row["shuffled"] else "as listed"
        lines.append(f"| {kind} | {row['batch_size']} | {order} | {100 * row['accuracy']:.2f} | {row['changed']} |\n")
    return "".join(lines)


def _row(name: str, row: dict[str, Any], gain: str) -> str:
    tops = " | ".join(
        f"{100 * row[key]:.2f}" for key in ("accuracy", "accuracy_top2", "accuracy_top3", "average_recall")
    )
    return f"| {name} | {tops} | {gain} |\n"
