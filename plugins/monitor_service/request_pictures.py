"""The pictures that a request carries: its body, the parts of a form, or the address of one."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from monitor_service.options import ServeOptions
from monitor_service.picture_address import fetch_picture
from monitor_service.problems import Problem
from monitor_service.recognition import PictureFile

if TYPE_CHECKING:
    from starlette.requests import Request

BINARY = {"schema": {"type": "string", "format": "binary"}}
URL = {
    "schema": {
        "type": "object",
        "required": ["url"],
        "properties": {"url": {"type": "string"}},
    }
}
FORM = {
    "schema": {
        "type": "object",
        "required": ["picture"],
        "properties": {"picture": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}},
    }
}
ONE_PICTURE: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/octet-stream": BINARY, "application/json": URL}}
}
"""What the OpenAPI document says of a body with one picture."""
SEVERAL_PICTURES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {**ONE_PICTURE["requestBody"]["content"], "multipart/form-data": FORM},
    }
}
"""What it says of one that may have several."""


async def request_pictures(request: Request, options: ServeOptions, *, several: bool) -> list[PictureFile]:
    """The pictures of `request`, still encoded, one or, with `several`, those of all parts of a form.

    Raises Problem: 400 for an empty or malformed body, 408 where it arrives too slowly, 413 where it is too large, 415
    for another type of content.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(options.timeout_seconds):
            if several and kind == "multipart/form-data":
                return await _form(request, options)
            if kind == "application/octet-stream" or kind.startswith("image/"):
                return [PictureFile("the picture", _filled("the body", await request.body()))]
            if kind == "application/json":
                return [await fetch_picture(_url(await request.body()), options)]
    except TimeoutError:
        raise Problem(408, "timeout", f"the request took longer than {options.timeout_seconds:g} s") from None
    form = ", multipart/form-data with one or several" if several else ""
    raise Problem(415, "wrong_type", f"send a picture as application/octet-stream{form}, not as {kind or 'no type'}")


async def _form(request: Request, options: ServeOptions) -> list[PictureFile]:
    from starlette.datastructures import UploadFile

    async with request.form(max_files=options.most_pictures, max_fields=options.most_pictures) as form:
        parts = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
        if not parts:
            raise Problem(400, "empty_body", "the form has no file part; each picture is one")
        files = []
        for number, part in enumerate(parts, 1):
            name = part.filename or f"picture {number}"
            files.append(PictureFile(name, _filled(name, await part.read())))
        return files


def _filled(what: str, content: bytes) -> bytes:
    if not content:
        raise Problem(400, "empty_body", f"{what} is empty; it must hold a picture")
    return content


def _url(body: bytes) -> str:
    try:
        url = json.loads(body)["url"]
    except (ValueError, KeyError, TypeError):
        url = None
    if not isinstance(url, str):
        raise Problem(400, "wrong_json", 'the body must be a JSON object {"url": "https://..."}')
    return url
