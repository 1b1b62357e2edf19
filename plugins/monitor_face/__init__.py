"""Faces: two detectors, the face mesh, and the analyzer of facial expressions.

OpenCV and the inference runtimes are imported when one of the factories below is called, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.plugin import Command, Register, hookimpl

if TYPE_CHECKING:
    from monitor.plugin import Analyzer, FaceDetector
    from monitor_face.options import FaceFusionOptions, YuNetOptions


@hookimpl
def register_analyzers(register: Register) -> None:
    from monitor_face.options import FaceFusionOptions

    register("face-fusion", face_fusion, options=FaceFusionOptions, default=True)


@hookimpl
def register_face_detectors(register: Register) -> None:
    from monitor_face.options import YuNetOptions

    register("mediapipe", mediapipe)
    register("yunet", yunet, options=YuNetOptions)


@hookimpl
def register_commands(register: Register) -> None:
    about = "Measure what following faces costs and misses, against looking everywhere in every sample."
    register("bench-faces", Command("monitor_face.bench:bench_faces", about))


def face_fusion(options: FaceFusionOptions) -> Analyzer:
    """The analyzer of facial expressions."""
    from monitor_face.expression.analyzer import SHIPPED, FaceFusion

    return FaceFusion(options.artifact or SHIPPED, options.runtime)


def mediapipe() -> FaceDetector:
    """The detector that needs no model file."""
    from monitor_face.detection.mediapipe_detector import MediaPipeDetector

    return MediaPipeDetector()


def yunet(options: YuNetOptions) -> FaceDetector:
    """The detector that takes OpenCV's YuNet from a file."""
    from monitor_face.detection.yunet import YuNetDetector

    return YuNetDetector(options)
