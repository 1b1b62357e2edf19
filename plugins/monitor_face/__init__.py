"""Faces: two detectors, the face mesh, and the analyzer of facial expressions.

OpenCV, mediapipe and the inference runtimes are imported when one of the factories below is called, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.hooks import Register, hookimpl
from monitor_face.options import FaceFusionOptions, YuNetOptions

if TYPE_CHECKING:
    from monitor.analyzer import Analyzer, FaceDetector


@hookimpl
def register_analyzers(register: Register) -> None:
    register("face-fusion", face_fusion, options=FaceFusionOptions)


@hookimpl
def register_face_detectors(register: Register) -> None:
    register("mediapipe", mediapipe)
    register("yunet", yunet, options=YuNetOptions)


def face_fusion(options: FaceFusionOptions) -> Analyzer:
    """The analyzer of facial expressions."""
    from monitor_face.expression import SHIPPED, FaceFusion

    return FaceFusion(options.artifact or SHIPPED, options.runtime)


def mediapipe() -> FaceDetector:
    """The detector that needs no model file."""
    from monitor_face.detector import MediaPipeDetector

    return MediaPipeDetector()


def yunet(options: YuNetOptions) -> FaceDetector:
    """The detector that takes OpenCV's YuNet from a file."""
    from monitor_face.yunet import YuNetDetector

    return YuNetDetector(options)
