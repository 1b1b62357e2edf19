"""`POST /v1/recognize`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from monitor_service.picture_answers import PictureAnswer, picture_answer
from monitor_service.problems import problem_answers
from monitor_service.recognition import RecognitionDesk
from monitor_service.request_pictures import SEVERAL_PICTURES, request_pictures

PROBLEMS = problem_answers(400, 408, 413, 415, 429)
"""What may be wrong with a request of pictures."""


class RecognizeAnswer(BaseModel):
    """One answer per picture, in the order of the request."""

    pictures: list[PictureAnswer]


def recognize_routes(desk: RecognitionDesk) -> APIRouter:
    """Routes that recognise pictures."""
    router = APIRouter(tags=["Pictures"])

    @router.post("/v1/recognize", openapi_extra=SEVERAL_PICTURES, responses=PROBLEMS)
    async def recognize(
        request: Request,
        analyzers: Annotated[
            list[str] | None,
            Query(description="What to run: repeated, or with commas; without it all that are loaded."),
        ] = None,
    ) -> RecognizeAnswer:
        """Find the faces of one or several pictures and say what they express. Nothing is stored.

        The body is a picture (`application/octet-stream` or `image/...`) or a form whose file parts are pictures.
        """
        names = [name.strip() for given in analyzers or [] for name in given.split(",") if name.strip()]
        async with desk.admitted():
            files = await request_pictures(request, desk.options, several=True)
            found = await desk.recognize(files, names)
        return RecognizeAnswer(
            pictures=[picture_answer(file.name, recognition) for file, recognition in zip(files, found, strict=True)]
        )

    return router
