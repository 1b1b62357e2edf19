"""What goes wrong with a request, and the one shape in which it is told: {"error": {"code": ..., "message": ...}}."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from monitor.errors import StoreError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

log = logging.getLogger(__name__)

EMOTION_API = "/emotion/v1.0/"
"""Below this, codes are those of the retired API."""
EMOTION_CODES = {
    "wrong_picture": "InvalidImage",
    "picture_too_large": "InvalidImageSize",
    "body_too_large": "InvalidImageSize",
    "empty_body": "InvalidImageSize",
    "wrong_url": "InvalidURL",
    "token_missing": "Unspecified",
    "wrong_token": "Unspecified",
    "busy": "RateLimitExceeded",
    "timeout": "Timeout",
    "analyzer_failed": "InternalServerError",
    "internal": "InternalServerError",
}
"""Code of this service -> that of the retired API; all others are `BadArgument` there."""
CODES = {404: "not_found", 405: "wrong_method", 413: "body_too_large", 429: "busy"}
"""Status of an answer that the framework gives by itself -> its code."""


class ProblemDetail(BaseModel):
    """What went wrong."""

    code: str = Field(description="One word that stays the same, for programs.")
    message: str = Field(description="One sentence, for people.")


class ProblemAnswer(BaseModel):
    """The body of every answer with a status of 400 or more."""

    error: ProblemDetail


def problem_answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What the OpenAPI document says of answers with those statuses."""
    return {status: {"model": ProblemAnswer} for status in statuses}


class Problem(Exception):  # noqa: N818 - an answer, not a fault of the service
    """Raised anywhere under a request: becomes its answer."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


@contextmanager
def refused_as(status: int, code: str) -> Iterator[None]:
    """What the store refuses becomes that answer; that it does not answer at all passes."""
    try:
        yield
    except StoreError as error:
        if error.__cause__ is not None:  # the database's own
            raise
        raise Problem(status, code, str(error)) from None


def problem_response(path: str, problem: Problem) -> Response:
    """The answer to a request for `path`."""
    from starlette.responses import JSONResponse

    code = EMOTION_CODES.get(problem.code, "BadArgument") if path.startswith(EMOTION_API) else problem.code
    body = ProblemAnswer(error=ProblemDetail(code=code, message=problem.message))
    return JSONResponse(body.model_dump(), problem.status, headers=problem.headers)


def handle_problems(app: FastAPI) -> None:
    """Give every error of `app`, its own, the framework's and unforeseen ones, the one shape."""
    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException

    @app.exception_handler(Problem)
    async def raised(request: Request, problem: Problem) -> Response:
        return problem_response(request.url.path, problem)

    @app.exception_handler(HTTPException)
    async def of_framework(request: Request, error: HTTPException) -> Response:
        code = CODES.get(error.status_code, "wrong_request")
        return problem_response(request.url.path, Problem(error.status_code, code, str(error.detail), error.headers))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return problem_response(request.url.path, Problem(422, "wrong_value", f"{where}: {first['msg']}"))

    @app.exception_handler(StoreError)
    async def of_store(request: Request, error: StoreError) -> Response:
        log.error("%s", error)  # its words name places on this machine
        return problem_response(
            request.url.path, Problem(503, "not_ready", "the store does not answer; try again later")
        )

    @app.exception_handler(Exception)  # the server logs it
    async def unforeseen(request: Request, error: Exception) -> Response:
        return problem_response(request.url.path, Problem(500, "internal", "the service failed; its log says why"))
