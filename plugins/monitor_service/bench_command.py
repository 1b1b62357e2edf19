"""`monitor bench-service`: what the service does under load, beside what its analyzers alone do."""

from __future__ import annotations

import json as jsonlib
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor_service.bench_figures import FollowerFigures, MixedFigures, Pace, PictureFigures

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from monitor.engine.recognizer import Recognizer
    from monitor_service.bench_service import MeasuredService

WIDTH, HEIGHT = 1280, 720
"""Size of the picture that is asked about where none is given."""
ROUNDS = 4
"""How often the analyzers alone and the service take turns, so that what else the machine does falls on both."""
LOOKS = 20
"""How often memory is looked at under a mixed load."""


class Load(StrEnum):
    """What the clients do."""

    pictures = "pictures"
    followers = "followers"
    mixed = "mixed"


def bench_service(
    picture: Annotated[
        Path | None, typer.Argument(help="Picture to ask about; by default a portrait at 1280 x 720.")
    ] = None,
    load: Annotated[
        Load,
        typer.Option(
            help="pictures: clients that ask about it without pause; followers: clients that follow one live session; "
            "mixed: both, and clients that read."
        ),
    ] = Load.pictures,
    clients: Annotated[
        int | None, typer.Option(min=1, max=1000, help="How many; by default 16, or 200 followers.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=1, help="How long; pictures and followers: and as long without any.")
    ] = 20.0,
    analyzers: Annotated[str | None, typer.Option(help="What to run, as one word or with commas.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of lines.")] = False,
    config: Annotated[Path | None, typer.Option(help="Settings to read instead of config.toml.")] = None,
) -> None:
    """Measure the service under load; with pictures, its analyzers alone too, in turns with it."""
    from monitor.plugin.registry import plugins_in_use
    from monitor.settings import load_settings
    from monitor.sources.picture_file import read_picture
    from monitor_service.bench_service import measured_service

    settings = load_settings(config, analyzers=analyzers)
    count = clients if clients is not None else 200 if load is Load.followers else 16
    with tempfile.TemporaryDirectory(prefix="monitor-bench-") as folder:
        file = picture if picture is not None else portrait(Path(folder) / "portrait.jpg")
        image = read_picture(file, str(file))
        with measured_service(settings, plugins_in_use(), Path(folder), count) as service:
            figures: PictureFigures | FollowerFigures | MixedFigures
            if load is Load.followers:
                figures = with_followers(service, image, count, seconds)
            elif load is Load.mixed:
                figures = mixed(service, image, file, count, seconds)
            else:
                figures = in_turns(service, file, image, settings.batch_size, count, seconds)
    print(jsonlib.dumps(asdict(figures)) if json else figures)


def portrait(path: Path) -> Path:
    """A JPEG of 1280 x 720 pixels with one face: scikit-image's portrait on its own blurred ground."""
    import cv2
    from PIL import Image
    from skimage.data import astronaut

    image: NDArray[np.uint8] = astronaut()  # type: ignore[no-untyped-call]
    ground = cv2.blur(cv2.resize(image, (WIDTH, HEIGHT)), (99, 99))
    left = (WIDTH - HEIGHT) // 2
    ground[:, left : left + HEIGHT] = cv2.resize(image, (HEIGHT, HEIGHT))
    Image.fromarray(ground).save(path, quality=90)
    return path


def in_turns(
    service: MeasuredService, file: Path, image: NDArray[np.uint8], batch_size: int, clients: int, seconds: float
) -> PictureFigures:
    """Have the service's recognizer look at pictures by itself and clients ask about them, in turns, so long each."""
    import numpy as np

    ended(load_clients("pictures", service.url, file, clients, 1))
    alone, served = Pace(), Pace()
    statuses: Counter[str] = Counter()
    waited_seconds: list[float] = []
    used = memory()
    for _ in range(ROUNDS):
        alone += alone_pace(service.recognizer, image, batch_size, seconds / ROUNDS)
        began = time.process_time()
        answers = ended(load_clients("pictures", service.url, file, clients, seconds / ROUNDS))
        waited = answers["waited_seconds"]
        served += Pace(len(waited), answers["seconds"], time.process_time() - began)
        statuses.update(answers["statuses"])
        waited_seconds += waited
    return PictureFigures(
        clients=clients,
        pictures=served.pictures,
        pictures_per_second=served.per_second,
        alone_per_second=alone.per_second,
        ratio=served.per_second / alone.per_second,
        processor_ms=served.processor_ms,
        alone_processor_ms=alone.processor_ms,
        median_ms=1e3 * float(np.median(waited_seconds)),
        slowest_percent_ms=1e3 * float(np.quantile(waited_seconds, 0.99)),
        statuses=dict(statuses),
        memory_growth_mb=(memory() - used) / 1e6,
    )


def alone_pace(recognizer: Recognizer, image: NDArray[np.uint8], batch_size: int, seconds: float) -> Pace:
    """How the recognizer does in full batches, on pixels."""
    from monitor.engine.recognizer import Picture

    batch = [Picture(image)] * batch_size
    recognizer(batch)
    done, elapsed, began, worked = 0, 0.0, time.perf_counter(), time.process_time()
    while elapsed < seconds:
        recognizer(batch)
        done, elapsed = done + batch_size, time.perf_counter() - began
    return Pace(done, elapsed, time.process_time() - worked)


def with_followers(service: MeasuredService, image: NDArray[np.uint8], clients: int, seconds: float) -> FollowerFigures:
    """Record a live session for so long while nobody follows it, and again while so many do."""
    with recording(service, image) as session_id:
        time.sleep(seconds)
        following = load_clients("follow", service.url, session_id, clients)
        wait_for_followers(service, clients)
        began = float(service.store.samples(service.store.session(session_id))["seconds"].max())
        time.sleep(seconds)
        service.runs.stop(session_id).thread.join()
        return follower_figures(service, session_id, ended(following), began)


def mixed(service: MeasuredService, image: NDArray[np.uint8], file: Path, clients: int, seconds: float) -> MixedFigures:
    """Record a live session for so long, while so many follow it, a quarter as many ask about pictures and two read."""
    with recording(service, image) as session_id:
        following = load_clients("follow", service.url, session_id, clients)
        wait_for_followers(service, clients)
        asking = load_clients("pictures", service.url, file, max(1, clients // 4), seconds)
        reading = load_clients("read", service.url, session_id, 2, seconds)
        used = []
        for _ in range(LOOKS):
            time.sleep(seconds / LOOKS)
            used.append(memory() / 1e6)
        asked, read = ended(asking), ended(reading)
        service.runs.stop(session_id).thread.join()
        followers = follower_figures(service, session_id, ended(following))
    statuses = {
        status: asked["statuses"].get(status, 0) + read["statuses"].get(status, 0)
        for status in sorted({*asked["statuses"], *read["statuses"]})
    }
    return MixedFigures(
        seconds=asked["seconds"],
        statuses=statuses,
        failures=sum(count for status, count in statuses.items() if int(status) >= 500),
        pictures_per_second=len(asked["waited_seconds"]) / asked["seconds"],
        followers=followers,
        memory_mb=used[LOOKS // 5 :],
    )


@contextmanager
def recording(service: MeasuredService, image: NDArray[np.uint8]) -> Iterator[int]:
    """Number of a session that the service records of a live stream, from its first sample on."""
    from monitor_service.bench_stream import BenchStream

    with BenchStream(image) as stream:
        run = service.runs.start([stream.address])
        while service.store.samples(service.store.session(run.session_id), most=1).empty:
            time.sleep(0.1)
        yield run.session_id


def wait_for_followers(service: MeasuredService, count: int) -> None:
    """Return when so many follow a session."""
    while service.feeds.followers < count:
        time.sleep(0.1)


def follower_figures(
    service: MeasuredService, session_id: int, told: dict[str, Any], began: float = -1.0
) -> FollowerFigures:
    """The figures of a session that has ended, and of what its followers print; `began` is when they all followed, in
    stream time."""
    session = service.store.session(session_id)
    stored = len(service.store.observations(session))
    seconds = service.store.samples(session)["seconds"].to_numpy()
    before, after = seconds[seconds <= began], seconds[seconds > began]
    return FollowerFigures(
        followers=len(told["observations"]),
        samples=len(after),
        missed=missed(after, session.every_seconds),
        observations=stored,
        complete=min(told["observations"].count(stored), told["ended"]),
        samples_before=len(before),
        missed_before=missed(before, session.every_seconds),
    )


def missed(seconds: NDArray[np.float64], every_seconds: float) -> int:
    """How many samples were due between the first and the last of `seconds` and are not there."""
    return round((seconds[-1] - seconds[0]) / every_seconds) + 1 - len(seconds) if len(seconds) else 0


def load_clients(*words: object) -> subprocess.Popen[str]:
    """A process of clients; `monitor_service.load_clients` has the words that it takes."""
    command = [sys.executable, "-m", "monitor_service.load_clients", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def ended(clients: subprocess.Popen[str]) -> dict[str, Any]:
    """What a process of clients prints at its end. Raises MonitorError where it failed."""
    from monitor.errors import MonitorError

    output, _ = clients.communicate()
    if clients.returncode:
        raise MonitorError("the clients failed; the reason is above")
    answers: dict[str, Any] = jsonlib.loads(output)
    return answers


def memory() -> int:
    """Bytes of memory that this process uses."""
    import psutil

    return int(psutil.Process().memory_info().rss)
