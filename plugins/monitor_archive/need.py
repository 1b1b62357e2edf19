"""What a worker needs of the machine that it is on."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.settings import Settings

CORES_EACH = 2
"""Decoding and analysing go on side by side in one worker."""
GIGABYTES_EACH = 1.2
"""A worker with all analyzers holds 0.7 GB; the rest is for what it decodes and for larger models."""
GPU_RUNTIMES = frozenset({"tensorrt"})


@dataclass(frozen=True)
class Need:
    """Of one worker."""

    cores: int = CORES_EACH
    gigabytes: float = GIGABYTES_EACH
    """Memory, in 10^9 bytes."""
    gpus: float = 0.0
    """Share of a graphics card."""

    def places(self, cores: float, memory: float, gpus: float) -> int:
        """How many workers a machine has room for that has so many cores, bytes of memory and graphics cards.

        >>> Need().places(cores=8, memory=3e9, gpus=0), Need(gpus=0.5).places(cores=8, memory=64e9, gpus=1)
        (2, 2)
        """
        room = [cores // self.cores, memory // (1e9 * self.gigabytes)]
        room += [gpus // self.gpus] if self.gpus else []
        return int(min(room))

    def __str__(self) -> str:
        gpus = f" and {self.gpus:g} of a graphics card" if self.gpus else ""
        return f"{self.cores} core{'s' * (self.cores != 1)}, {self.gigabytes:g} GB of memory{gpus}"


def need(
    settings: Settings, *, cores: int = CORES_EACH, gigabytes: float | None = None, gpus: float | None = None
) -> Need:
    """What a worker needs, as far as it is not given: a graphics card for itself where models run on one, else none."""
    of_card = 1.0 if settings.runtime in GPU_RUNTIMES else 0.0
    return Need(cores, GIGABYTES_EACH if gigabytes is None else gigabytes, of_card if gpus is None else gpus)
