"""A session of many people whom nobody has joined yet: everybody is several tracks, and vectors tell them apart."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.emotions import FACES
from monitor.sample import Face, Frame, Observation, Sample
from monitor.store import Recorder, Session, Store
from monitor.store.identities import Identities

BOX = (0.2, 0.15, 0.8, 0.85)
SHOT_SAMPLES = 4
MODEL = "made-up 1"


def made_up_people(store: Store, people: int, shots: int = 3) -> Session:
    """A finished session of one source in which everybody appears in `shots` shots, one after the other, in turn.

    Each shot is a track of its own: of person p (from 0) they are p + 1, p + 1 + people, and so on.
    """
    recorder = Recorder(store, name="talk", every_seconds=0.5, window_seconds=5, labels={"face-fusion": FACES})
    source = recorder.add_source("talk.mp4", "file", people * shots * SHOT_SAMPLES * 0.5)
    number = 0
    for shot in range(shots):
        for person in range(people):
            track = shot * people + person + 1
            image = portrait(person, shot)
            for _ in range(SHOT_SAMPLES):
                face = Face(BOX, 0.9, track=track)
                sample = Sample(Frame(image, number / 2, 1, number, source_name="talk.mp4"), (face,))
                recorder.add_sample(source, sample, faces_looked_for=True)
                top = {FACES[person % len(FACES)]: 0.65}
                scores = dict.fromkeys(FACES, 0.05) | top
                recorder.add_observations(
                    source, number, [Observation("face-fusion", 1, number / 2, track, scores, BOX)]
                )
                number += 1
    recorder.update_source(source, state="finished", seconds=(number - 1) / 2, frames_sampled=number)
    recorder.finish("finished")
    session = store.session("latest")
    vectors = {
        (source, shot * people + person + 1): looks(person, shot) for shot in range(shots) for person in range(people)
    }
    Identities(store, session).keep_vectors(MODEL, vectors)
    return session


def portrait(person: int, shot: int) -> NDArray[np.uint8]:
    """The portrait of scikit-image in a tint of the person's own, a little brighter or darker in each shot; mirrored
    for every other person."""
    from skimage import data

    picture = data.astronaut()[0:280, 90:370]  # type: ignore[no-untyped-call]
    hue = np.uint8([[[int(person * 179 / 41 * 7) % 180, 150, 255]]])  # type: ignore[call-overload]
    tint = cv2.cvtColor(hue, cv2.COLOR_HSV2RGB)[0, 0] / 255
    tinted = np.clip(picture * (0.35 + 0.65 * tint) * (1.0 - 0.1 * shot), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(tinted[:, ::-1] if person % 2 else tinted)


def looks(person: int, shot: int) -> NDArray[np.float32]:
    """A vector of length 1 that is nearly the same in all shots of one person."""
    random = np.random.default_rng([person, shot])
    vector = np.random.default_rng(person).normal(size=64) + 0.35 * random.normal(size=64)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)
