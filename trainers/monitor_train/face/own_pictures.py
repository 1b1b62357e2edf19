"""What it is worth to label pictures of one's own camera: the walk of docs/labels.md on a camera that is made up.

The camera hangs askew, turned by 60 degrees, in weak and bluish light: so it shows the faces of FER+. Those of the
validation set are what it records: of these, pictures are chosen, simulated people label them
(`monitor_labels.simulation`, by the votes on that very face), their answers are cleaned, and the shipped model learns
them. It is measured before and after on the test set as that camera shows it, which nothing has looked at.

What is finished is not repeated, so that a comparison that was interrupted goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.model.artifact import Artifact
from monitor.model.runtimes import load
from monitor_face.expression import align
from monitor_face.expression.analyzer import SHIPPED
from monitor_face.expression.face_input import FaceInput
from monitor_labels.cleaning import clean
from monitor_labels.sampling import By, chosen
from monitor_labels.simulation import simulate
from monitor_labels.votes import Votes
from monitor_train.face import cache as face_cache
from monitor_train.face import ferplus
from monitor_train.face.crowd import TEST
from monitor_train.face.data import Faces
from monitor_train.face.evaluate import evaluate, inputs, predict
from monitor_train.face.expression import train
from monitor_train.face.settings import PROFILES
from monitor_train.face.training_faces import FaceSet
from monitor_train.pictures.comparison import Figures, measure_once, over_draws
from monitor_train.pictures.inference import REFERENCE
from monitor_train.pictures.layouts import read_picture
from monitor_train.pictures.settings import Run, from_profile
from monitor_train.pictures.terminal import progress

WAYS = (By.RANDOM, By.UNCERTAINTY)
FIGURES = ("accuracy", "average_recall")
WORKERS = 6
METHOD = "one-coin"
SIDE = 96
"""Of a picture, in pixels."""
ROLL = 60.0
"""Degrees by which the camera is turned."""
LIGHT = (0.15, 0.21, 0.3)
"""Share of red, green and blue that is left of full light."""
NOISE = 6.0
"""Standard deviation, of 255."""


def askew(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """How the camera shows a face, uint8 (SIDE, SIDE, 3); what the turn uncovers repeats the border."""
    large = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    matrix = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), ROLL, 1)
    turned = cv2.warpAffine(large, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    noisy = turned * np.array(LIGHT) + np.random.default_rng(0).normal(0, NOISE, (SIDE, SIDE, 1))
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def record(faces: Faces, folder: Path) -> tuple[str, ...]:
    """Write the faces as the camera shows them into `folder`; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in progress(faces.files, "what the camera shows", len(faces)):
        path = folder / file.name
        if not path.is_file():
            cv2.imwrite(str(path), askew(read_picture(file))[:, :, ::-1])
    return tuple(file.name for file in faces.files)


def compare(data: Path, run: Run, *, pictures: int, answers: int, draws: int, epochs: int) -> dict[str, Any]:
    """Test figures of the shipped model, with the intervals of the test pictures, and of the models that learnt, and
    what they gain, with 95 per cent intervals over draws.

    `data`: FER+ as published.
    """
    out, recorded, test = run.out, ferplus.read(data, "valid"), ferplus.read(data, "test")
    folder = out / "pictures"
    names = record(recorded, folder / "recorded")
    record(test, folder / "test")
    decided = test.majority.nonzero()[0]
    lines = [f"test/{test.files[row].name},{test.names[test.labels[row]]}" for row in decided]
    (folder / TEST).write_text("\n".join(["task,label", *lines]) + "\n", encoding="utf-8")
    votes = Votes(tuple(f"recorded/{name}" for name in names), recorded.names, recorded.votes.astype(np.float64))
    source = FaceSet(folder, "crowd", out / "cache")

    def learnt(by: By, seed: int, own: Run) -> Figures:
        rows = np.array(list(islice(order(folder, votes, by, seed, out), pictures)))
        simulated = simulate(votes.some(rows), votes.confusion(), answers, WORKERS, seed, "votes")
        clean(simulated.answers, METHOD).write(folder)
        settings = from_profile(PROFILES, "finished", seed=seed, epochs=epochs)
        metrics = Artifact.read(train(source, settings, own, SHIPPED)).manifest.metrics
        return {figure: metrics[figure] for figure in FIGURES}

    found: dict[str, list[dict[str, float]]] = {by.value: [] for by in WAYS}
    for seed in range(draws):
        for by in WAYS:
            own = run.at(f"{by.value}-{seed + 1}")
            found[by.value].append(measure_once(own.out / "result.json", partial(learnt, by, seed, own)))
    before = measure_once(out / "shipped.json", partial(evaluate, SHIPPED, source))
    rows = {f"{pictures} pictures, by {by}": over_draws(runs) for by, runs in found.items()}
    gains = {f"gain, by {by}": over_draws(runs, [before] * len(runs)) for by, runs in found.items()}
    return {
        "data": f"FER+ test as the camera shows it, {len(decided)} faces",
        "shipped": {figure: [before[figure], *before[f"{figure}_interval"]] for figure in FIGURES},
        "rows": rows | gains,
    }


def order(folder: Path, votes: Votes, by: By, seed: int, out: Path) -> Iterator[int]:
    """Rows of the recorded pictures, the most worthwhile to label first, by what the shipped model says of them.

    Of a half of them that `seed` draws, so that draws by uncertainty differ, too.
    """
    import pandas as pd

    kept = out / "answers.npy"
    if not kept.is_file():
        model = Artifact.read(SHIPPED)
        takes = FaceInput(model.manifest)
        files = tuple(folder / name for name in votes.pictures)
        faces = Faces(votes.labels, files, votes.counts.astype(np.float32), votes.truth, votes.truth >= 0)
        meshes = face_cache.meshes(files, None, "face meshes, recorded")
        views = face_cache.views(faces, meshes, takes.size, align.MARGIN, grey=takes.grey)
        np.save(kept, predict(model, load(model, REFERENCE), inputs(takes, views), votes.labels)[0])
    seen = pd.DataFrame(np.load(kept), columns=list(votes.labels))
    half = np.sort(np.random.default_rng(seed).permutation(len(seen))[: len(seen) // 2])
    seen = seen.iloc[half].assign(source_id=1, subject=1, seconds=half.astype(float))
    yield from (int(half[row]) for row in chosen(seen, votes.labels, by, seed=seed))
