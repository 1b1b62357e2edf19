"""The mean colour of every sample, as a line of a CSV file."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from monitor.errors import ConfigError
from monitor.sample import Observation, Sample
from monitor.settings import Settings


class PaletteOptions(BaseModel):
    """Section `[options.sinks.palette]`."""

    path: Path


class Palette:
    def __init__(self, options: PaletteOptions) -> None:
        try:
            self._file = options.path.open("w", encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"[options.sinks.palette] path {options.path}: {error.strerror}") from None
        self._file.write("source,seconds,colour\n")

    def begin(self, session_id: int, settings: Settings) -> None:
        pass

    def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
        red, green, blue = sample.frame.image.mean(axis=(0, 1)).round().astype(int)
        self._file.write(f"{sample.frame.source},{sample.frame.seconds:.3f},#{red:02x}{green:02x}{blue:02x}\n")

    def close(self) -> None:
        self._file.close()
