"""What is told of a picture, as JSON: by `monitor recognize --json` and `POST /v1/recognize`."""

from __future__ import annotations

from pydantic import BaseModel, Field

from monitor.engine.recognizer import Recognition
from monitor.sample import Box


class BoxAnswer(BaseModel):
    """A place in the picture, in fractions of its width and height."""

    left: float = Field(ge=0, le=1)
    top: float = Field(ge=0, le=1)
    right: float = Field(ge=0, le=1)
    bottom: float = Field(ge=0, le=1)

    @classmethod
    def of(cls, box: Box) -> BoxAnswer:
        left, top, right, bottom = (min(max(float(side), 0.0), 1.0) for side in box)
        return cls(left=left, top=top, right=right, bottom=bottom)


class FaceAnswer(BaseModel):
    """A face that was found."""

    number: int = Field(description="From 1, from left to right; `subject` of its observations.")
    box: BoxAnswer
    score: float = Field(description="Confidence of the detector, in [0, 1].")


class ObservationAnswer(BaseModel):
    """What one analyzer says of one face, or of the whole picture."""

    analyzer: str
    subject: int | None = Field(description="Number of a face; null for the whole picture.")
    scores: dict[str, float] = Field(description="Label -> probability; they sum to 1.")
    measures: dict[str, float] = Field(description="Measure -> number, in the unit that the analyzer declares.")
    confidence: float


class PictureAnswer(BaseModel):
    """What was seen in one picture."""

    name: str
    width: int = Field(description="In pixels, upright as EXIF says.")
    height: int
    faces: list[FaceAnswer]
    observations: list[ObservationAnswer]
    faults: dict[str, str] = Field(
        description="Analyzer, or `faces` -> what went wrong there; empty where all is well."
    )


def picture_answer(name: str, recognition: Recognition) -> PictureAnswer:
    """`recognition` in the words of the service."""
    height, width, _ = recognition.sample.frame.image.shape
    return PictureAnswer(
        name=name,
        width=width,
        height=height,
        faces=[
            FaceAnswer(number=face.track, box=BoxAnswer.of(face.box), score=face.score)
            for face in recognition.sample.faces
        ],
        observations=[
            ObservationAnswer(
                analyzer=seen.analyzer,
                subject=seen.subject,
                scores=dict(seen.scores),
                measures=dict(seen.measures),
                confidence=seen.confidence,
            )
            for seen in recognition.observations
        ],
        faults=recognition.faults,
    )
