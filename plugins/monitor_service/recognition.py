"""Pictures of requests on their way through the recognizer: bounded in number, size and time."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.engine.recognizer import Picture, Recognition, Recognizer
from monitor.errors import ConfigError
from monitor.sources.picture_file import TooManyPixels, read_rgb
from monitor_service.batching import BatchingQueue
from monitor_service.metrics import ServiceMetrics
from monitor_service.options import ServeOptions
from monitor_service.problems import Problem

RETRY_SECONDS = 1
"""When to ask again, told to clients that are turned away."""
WORKERS = 2
"""Batches under way: faces are looked for in one while the analyzers judge those of another."""


@dataclass(frozen=True)
class PictureFile:
    """A picture as it came in a request."""

    name: str
    content: bytes


class RecognitionDesk:
    """Takes pictures in, decodes them in a few threads, and has them looked at in batches.

    At most `most_requests` requests are under way. At most `batch_size` pictures are in memory: half of them may be
    analysed as one batch while the others are decoded, or looked at for faces as the next.
    """

    def __init__(self, recognizer: Recognizer, options: ServeOptions, batch_size: int, metrics: ServiceMetrics) -> None:
        """`recognizer` has shared models: several threads use it."""
        self.recognizer = recognizer
        self.options = options
        self.queue = BatchingQueue(self._look, batch_size=max(1, batch_size // 2), workers=WORKERS)
        self._metrics = metrics
        metrics.watch("monitor_requests_under_way", "Requests being answered.", lambda: self.under_way)
        metrics.watch("monitor_pictures_waiting", "Pictures that no batch has taken yet.", lambda: self.queue.waiting)
        self.under_way = 0
        """Requests that are being answered."""
        self._decoders = ThreadPoolExecutor(os.cpu_count(), "decoder")
        self._places = asyncio.Semaphore(batch_size)

    @asynccontextmanager
    async def admitted(self) -> AsyncIterator[None]:
        """Count a request for as long as it lasts. Raises Problem 429 where too many are under way."""
        if self.under_way >= self.options.most_requests:
            message = f"{self.under_way} requests are under way, which is the most; try again later"
            raise Problem(429, "busy", message, {"Retry-After": str(RETRY_SECONDS)})
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1

    async def recognize(self, files: Sequence[PictureFile], analyzers: Sequence[str]) -> list[Recognition]:
        """What is seen in each picture.

        Raises Problem: 422 for an analyzer that is not loaded, 400 for what is no picture, 413 for too many pixels, 503
        where it takes longer than allowed.
        """
        try:
            chosen = self.recognizer.choose(analyzers)
        except ConfigError as error:
            raise Problem(422, "unknown_analyzer", str(error)) from None
        try:
            async with asyncio.timeout(self.options.timeout_seconds), asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._recognize(file, chosen)) for file in files]
        except TimeoutError:
            message = f"the answer took longer than {self.options.timeout_seconds:g} s"
            raise Problem(503, "timeout", message, {"Retry-After": str(RETRY_SECONDS)}) from None
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _recognize(self, file: PictureFile, analyzers: tuple[str, ...]) -> Recognition:
        async with self._places:
            image = await asyncio.get_running_loop().run_in_executor(self._decoders, self._decode, file)
            return await asyncio.wrap_future(self.queue.submit(Picture(image, file.name, analyzers)))

    def _look(self, pictures: Sequence[Picture]) -> list[Recognition]:
        self._metrics.batch_pictures.observe(len(pictures))
        with self._metrics.stage_seconds.labels("analysis").time():
            found = self.recognizer(pictures)
        for recognition in found:
            for analyzer in recognition.faults:
                self._metrics.analyzer_faults.labels(analyzer).inc()
        return found

    def _decode(self, file: PictureFile) -> NDArray[np.uint8]:
        try:
            with self._metrics.stage_seconds.labels("decoding").time():
                return read_rgb(io.BytesIO(file.content), self.options.most_pixels)
        except TooManyPixels as error:
            raise Problem(413, "picture_too_large", f"{file.name}: {error}") from None
        except (OSError, ValueError):
            raise Problem(400, "wrong_picture", f"{file.name} is damaged, or no picture that can be read") from None

    def close(self) -> None:
        """Answer what waits, then give back threads and models."""
        self._decoders.shutdown()
        self.queue.close()
        self.recognizer.close()
