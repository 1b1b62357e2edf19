"""The analyzer `face-measures`: how each face is seen and what it does, as numbers and without a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.plugin import Measure
from monitor.sample import Face, Frame, Observation, Sample
from monitor_people import geometry
from monitor_people.head_frame import in_head_frame
from monitor_people.head_pose import angle_between, head_pose
from monitor_people.picture_quality import picture_quality

NAME = "face-measures"
CLOSED = 0.6
"""An eye that is open by less than this part of how far it usually is counts as closed."""
BLINK_SECONDS = 0.5
"""A blink is over sooner; eyes that stay closed for longer have been closed on purpose."""
USUAL_WEIGHT = 0.05
"""Of the newest sample in what is usual for a person's eyes."""
FORGOTTEN_SECONDS = 60.0
"""A face that was not seen for so long is not compared with what it was."""
EYES = "in distances of the outer corners of the eyes"

MEASURES = (
    Measure("face_height", "pixels", 0, float("inf"), "Height of the face in the frame."),
    Measure("sharpness", "", 0, float("inf"), "Strength of the finest details of the face by that of all details."),
    Measure("brightness", "", 0, 1, "Mean brightness of the face, from black to white."),
    Measure("head_yaw", "degrees", -180, 180, "How far the head is turned to the right edge of the picture."),
    Measure("head_pitch", "degrees", -90, 90, "How far the head is raised."),
    Measure("head_roll", "degrees", -180, 180, "How far the head is tilted clockwise."),
    Measure("head_speed", "degrees per second", 0, float("inf"), "How fast the head turned since the sample before."),
    Measure("eye_opening", "", 0, float("inf"), "Height of the eyes by their width, mean of both."),
    Measure(
        "blink",
        "",
        0,
        1,
        "1 where the eyes have just closed, else 0; below ten samples a second most blinks fall between two samples.",
    ),
    Measure("gaze_yaw", "degrees", -180, 180, "How far the eyes look to the right edge of the picture; coarse."),
    Measure("gaze_pitch", "degrees", -90, 90, "How far the eyes look up; coarse."),
    Measure("mouth_opening", "", 0, float("inf"), f"Distance of the lips, {EYES}."),
    Measure("smile", "", -float("inf"), float("inf"), f"How far the mouth's corners are up and apart, {EYES}."),
    Measure("brow_raise", "", -float("inf"), float("inf"), f"How much higher than usual the brows are, {EYES}."),
    Measure("brow_gap", "", -float("inf"), float("inf"), f"How much further apart than usual the brows are, {EYES}."),
)


@dataclass
class _Past:
    """What is remembered of a face that is followed."""

    seconds: float
    rotation: NDArray[np.float64]
    usual_opening: float
    open_seconds: float
    """When the eyes were last open."""
    blinking: bool = False


class FaceMeasures:
    """Numbers of every face, from its mesh and its picture; a face without a mesh has those of its picture alone."""

    name = NAME
    labels: tuple[str, ...] = ()
    measures = MEASURES
    needs_faces = True
    temporal = True

    def __init__(self) -> None:
        self._past: dict[tuple[int, int], _Past] = {}  # by source and track

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        """One observation per face and sample, without scores."""
        return [[self._observe(sample.frame, face) for face in sample.faces] for sample in samples]

    def _observe(self, frame: Frame, face: Face) -> Observation:
        quality = picture_quality(frame.image, face.box)
        measures = {
            "face_height": quality.face_height,
            "sharpness": quality.sharpness,
            "brightness": quality.brightness,
        }
        if face.mesh is not None:
            measures |= self._of_mesh(face.mesh, (frame.source, face.track), frame)
        return Observation(
            self.name, frame.source, frame.seconds, face.track, box=face.box, confidence=face.score, measures=measures
        )

    def _of_mesh(self, mesh: NDArray[np.float32], key: tuple[int, int], frame: Frame) -> dict[str, float]:
        height, width, _ = frame.image.shape
        pose = head_pose(mesh, width, height)
        face = in_head_frame(mesh, width, height)
        if pose is None or face is None:
            return {}
        opening = geometry.eye_opening(face)
        gaze_yaw, gaze_pitch = geometry.gaze(face, pose.rotation)
        return {
            "head_yaw": pose.yaw,
            "head_pitch": pose.pitch,
            "head_roll": pose.roll,
            "eye_opening": opening,
            "gaze_yaw": gaze_yaw,
            "gaze_pitch": gaze_pitch,
            "mouth_opening": geometry.mouth_opening(face),
            "smile": geometry.smile(face),
            "brow_raise": geometry.brow_raise(face),
            "brow_gap": geometry.brow_gap(face),
            **self._since_before(key, frame.seconds, pose.rotation, opening),
        }

    def _since_before(
        self, key: tuple[int, int], seconds: float, rotation: NDArray[np.float64], opening: float
    ) -> dict[str, float]:
        """Speed and blink; there is neither for a face that is seen for the first time."""
        old = [
            one for one, past in self._past.items() if one[0] == key[0] and seconds - past.seconds > FORGOTTEN_SECONDS
        ]
        for each in old:
            del self._past[each]
        past = self._past.get(key)
        if past is None:
            self._past[key] = _Past(seconds, rotation, opening, seconds)
            return {}
        elapsed = seconds - past.seconds
        turned = angle_between(past.rotation, rotation)
        closed = opening < CLOSED * past.usual_opening
        blink = closed and not past.blinking and seconds - past.open_seconds <= BLINK_SECONDS
        past.blinking = closed
        if not closed:
            past.open_seconds = seconds
            past.usual_opening += USUAL_WEIGHT * (opening - past.usual_opening)
        past.seconds, past.rotation = seconds, rotation
        return {"blink": float(blink)} | ({"head_speed": turned / elapsed} if elapsed > 0 else {})

    def close(self) -> None:
        """Forget the faces."""
        self._past.clear()
