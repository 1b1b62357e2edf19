"""Trains a network through every combination of stages that ends in the target, and measures each on its test set.

Every stage leaves its result in a folder named after the stages up to it, and is not repeated where that is finished,
so that a run that was interrupted goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from functools import cached_property
from itertools import chain as joined
from itertools import combinations
from typing import Any

import numpy as np
from torch.utils.data import TensorDataset

from monitor_labels.simulation import interval
from monitor_train.pictures.classifier import logits_of, train_network
from monitor_train.pictures.comparison import Figures, begin, measure_once, write_figures
from monitor_train.pictures.measures import classification_figures
from monitor_train.pictures.settings import Run
from monitor_train.staged.chain import Chain, Stage
from monitor_train.staged.data import stage_data, test_faces, training_faces
from monitor_train.staged.network import Settings, StagedNetwork

FIGURES = "figures.json"
SETTINGS = "chain.json"


class Runs:
    """The trainings of one chain, in folders below that of `run`."""

    def __init__(self, chain: Chain, run: Run) -> None:
        """Raises ConfigError where the folder of `run` was begun with another chain."""
        self.chain, self.run = chain, run
        self.labels = chain.network.labels
        self.target = chain.stages[-1]
        self._faces: dict[tuple[str, int], TensorDataset] = {}
        begin(run.out / SETTINGS, chain.model_dump(mode="json"))

    @cached_property
    def test(self) -> TensorDataset:
        """The target's test faces on which the votes agree."""
        return test_faces(self.target, self.labels)

    def faces(self, stage: Stage, seed: int) -> TensorDataset:
        """What a stage learns from in the draw number `seed`."""
        if (stage.name, seed) not in self._faces:
            self._faces = {(stage.name, seed): training_faces(stage, self.labels, seed)}  # one set at a time in memory
        return self._faces[stage.name, seed]

    def of(self, stages: Sequence[Stage], draw: int) -> Run:
        """The training of the last of `stages`."""
        name = "+".join(stage.name for stage in stages)
        return self.run.at(f"{name}, draw {draw}" if stages[-1] is self.target else name)

    def trained(self, stages: Sequence[Stage], draw: int) -> dict[str, Any]:
        """Figures on the target's test set of the network that went through `stages`, trained where it is not yet."""

        def measure() -> Figures:
            *before, last = stages
            if before:
                self.trained(before, draw)
            network = self.train(before, last, draw)
            pictures, votes = self.test.tensors
            probabilities = logits_of(network, pictures).softmax(1).numpy()
            return classification_figures(probabilities, votes.argmax(1).numpy(), self.labels)

        return measure_once(self.of(stages, draw).out / FIGURES, measure)

    def train(self, before: Sequence[Stage], stage: Stage, draw: int) -> StagedNetwork:
        """The network after `stage`, which begins with the weights that the stages `before` left."""
        settings = settings_of(self.chain, stage, draw)
        if before:
            settings = replace(settings, start=str(self.of(before, draw).out / "best.ckpt"))
        data = stage_data(self.faces(stage, draw if stage is self.target else 0), settings)
        return train_network(StagedNetwork, len(self.labels), data, self.of([*before, stage], draw))


def settings_of(chain: Chain, stage: Stage, seed: int) -> Settings:
    """How a stage is trained."""
    alike = stage.model_dump(include={field.name for field in fields(Settings)})
    network = chain.network.model_dump(exclude={"classes"})
    return Settings(**network, **alike, size=stage.resolution, patience=stage.epochs, seed=seed)


def paths(chain: Chain) -> Iterator[tuple[Stage, ...]]:
    """Every combination of stages that ends in the target, the shortest first."""
    *earlier, target = chain.stages
    counts = range(len(earlier) + 1)
    for chosen in joined.from_iterable(combinations(earlier, count) for count in counts):
        yield (*chosen, target)


def compare(chain: Chain, run: Run, draws: int) -> dict[str, Any]:
    """Combination -> figures, each trained `draws` times on other pictures of the target, and what of it is told."""
    runs = Runs(chain, run)
    rows: dict[str, Any] = {}
    alone: list[dict[str, Any]] = []
    for stages in paths(chain):
        each = [runs.trained(stages, draw) for draw in range(draws)]
        alone = alone or each
        rows["+".join(stage.name for stage in stages)] = {
            "accuracy": over_draws([figures["accuracy"] for figures in each]),
            "average_recall": over_draws([figures["average_recall"] for figures in each]),
            "gain": over_draws([own["accuracy"] - other["accuracy"] for own, other in zip(each, alone, strict=True)]),
            "recall": {name: float(np.mean([f["recall"][name] for f in each])) for name in each[0]["recall"]},
            "confusion": np.sum([figures["confusion"] for figures in each], axis=0).tolist(),
        }
    earlier = {stage.name: runs.trained([stage], 0)["accuracy"] for stage in chain.stages[:-1]}
    figures = {
        "labels": list(runs.labels),
        "test_pictures": len(runs.test),
        "draws": draws,
        "rows": rows,
        "without_the_target": earlier,
        "classes": {**{s.name: class_shares(runs.faces(s, 0), runs.labels) for s in chain.stages}}
        | {"test": class_shares(runs.test, runs.labels)},
    }
    return write_figures(run.out / "comparison.json", figures)


def over_draws(values: Sequence[float]) -> dict[str, Any]:
    """Mean of the draws, and the interval of Student's t around it, where there are several."""
    found: dict[str, Any] = {"mean": float(np.mean(values)), "draws": [float(value) for value in values]}
    return found if len(values) < 2 else found | {"interval": list(interval(values)[1:])}


def class_shares(faces: TensorDataset, labels: Sequence[str]) -> dict[str, float]:
    """Emotion -> share of the faces for which it has most votes."""
    counts = faces.tensors[1].argmax(1).bincount(minlength=len(labels))
    return {name: int(count) / len(faces) for name, count in zip(labels, counts, strict=True)}
