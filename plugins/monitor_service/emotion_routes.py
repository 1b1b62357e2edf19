"""`POST /emotion/v1.0/recognize`: the shape of Microsoft's Emotion API, which was retired in 2023.

A client of it works when its host is changed. Documented there: formats, the order of the faces by the size of their
rectangles, the eight emotions, the empty array where there is no face.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel

from monitor.engine.recognizer import Recognition
from monitor_service.problems import Problem, problem_answers
from monitor_service.recognition import RecognitionDesk
from monitor_service.recognize_routes import PROBLEMS
from monitor_service.request_pictures import ONE_PICTURE, request_pictures

EMOTIONS = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")


class FaceRectangle(BaseModel):
    """In pixels."""

    left: int
    top: int
    width: int
    height: int


class EmotionScores(BaseModel):
    """Probabilities; they sum to 1."""

    anger: float
    contempt: float
    disgust: float
    fear: float
    happiness: float
    neutral: float
    sadness: float
    surprise: float


class FaceEmotion(BaseModel):
    """A face and what it expresses."""

    faceRectangle: FaceRectangle  # noqa: N815 - the retired API's name
    scores: EmotionScores


def emotion_routes(desk: RecognitionDesk) -> APIRouter:
    """The retired API's route."""
    router = APIRouter(tags=["Pictures"])
    analyzer = next(
        (name for name, labels in desk.recognizer.labels.items() if set(EMOTIONS) <= set(labels)),
        None,
    )

    @router.post("/emotion/v1.0/recognize", openapi_extra=ONE_PICTURE, responses=PROBLEMS | problem_answers(404, 500))
    async def recognize(request: Request) -> list[FaceEmotion]:
        """Faces by the size of their rectangles, the largest first, in the shape of the retired Emotion API."""
        if analyzer is None:
            raise Problem(404, "not_found", "this service runs no analyzer that tells the eight emotions of faces")
        async with desk.admitted():
            files = await request_pictures(request, desk.options, several=False)
            (found,) = await desk.recognize(files, [analyzer])
        if found.faults:
            raise Problem(500, "analyzer_failed", "; ".join(found.faults.values()))
        return face_emotions(found)

    return router


def face_emotions(found: Recognition) -> list[FaceEmotion]:
    """What was seen, in the shape of the retired API; faces that the analyzer could not judge are left out."""
    height, width, _ = found.sample.frame.image.shape
    boxes = {face.track: face.box for face in found.sample.faces}
    faces = []
    for seen in found.observations:
        if seen.subject is None:
            continue
        left, top, right, bottom = boxes[seen.subject]
        x, y = round(left * width), round(top * height)
        rectangle = FaceRectangle(left=x, top=y, width=round(right * width) - x, height=round(bottom * height) - y)
        scores = EmotionScores(**{label: seen.scores[label] for label in EMOTIONS})
        faces.append(FaceEmotion(faceRectangle=rectangle, scores=scores))
    return sorted(faces, key=lambda face: -face.faceRectangle.width * face.faceRectangle.height)
