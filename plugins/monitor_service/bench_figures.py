"""What `monitor bench-service` measures, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Pace:
    """Pictures that were looked at, and what that took."""

    pictures: int = 0
    seconds: float = 0.0
    processor_seconds: float = 0.0

    def __add__(self, other: Pace) -> Pace:
        return Pace(
            self.pictures + other.pictures,
            self.seconds + other.seconds,
            self.processor_seconds + other.processor_seconds,
        )

    @property
    def per_second(self) -> float:
        """Pictures per second."""
        return self.pictures / self.seconds

    @property
    def processor_ms(self) -> float:
        """Milliseconds of processor time for a picture."""
        return 1e3 * self.processor_seconds / self.pictures


@dataclass(frozen=True)
class PictureFigures:
    """What the service did for clients that ask about pictures without pause."""

    clients: int
    pictures: int
    pictures_per_second: float
    alone_per_second: float
    """Pictures per second of detector and analyzers, in batches, on pixels, with nothing else to do."""
    ratio: float
    """Of both."""
    processor_ms: float
    """Processor time of the service for a picture; other programs change it less than they do the rest."""
    alone_processor_ms: float
    """The same of detector and analyzers alone."""
    median_ms: float
    slowest_percent_ms: float
    """99 of 100 requests were answered within this time."""
    statuses: dict[str, int]
    """Status -> answers."""
    memory_growth_mb: float
    """Of the process of the service, from the first second to the last."""

    def __str__(self) -> str:
        return (
            f"{self.pictures_per_second:.1f} pictures a second from {self.clients} clients, {self.pictures} in all\n"
            f"{self.alone_per_second:.1f} by detector and analyzers alone: a ratio of {self.ratio:.2f}\n"
            f"{self.processor_ms:.0f} ms of processor time for a picture, {self.alone_processor_ms:.0f} ms alone\n"
            f"answers within {self.median_ms:.0f} ms (median), {self.slowest_percent_ms:.0f} ms (99 %)\n"
            f"statuses {self.statuses}, memory grew by {self.memory_growth_mb:.0f} MB"
        )


@dataclass(frozen=True)
class FollowerFigures:
    """What the followers of one live session were told, and what it cost the session."""

    followers: int
    samples: int
    """Samples of the session."""
    missed: int
    """Samples that were due, one each `every_seconds`, and not taken."""
    observations: int
    """Observations that the store has of it."""
    complete: int
    """Followers that were told every one of them, and the end."""
    samples_before: int = 0
    """Samples of the session before anybody followed it,"""
    missed_before: int = 0
    """and those that were missed then: for what the machine does besides."""

    def __str__(self) -> str:
        before = f"; before, with none, {self.samples_before} and {self.missed_before}" if self.samples_before else ""
        return (
            f"{self.complete} of {self.followers} followers were told the end and all {self.observations} "
            f"observations\n{self.samples} samples, {self.missed} missed{before}"
        )


@dataclass(frozen=True)
class MixedFigures:
    """What the service did for clients of all kinds at once, beside a live session that it records."""

    seconds: float
    statuses: dict[str, int]
    """Status -> answers, of those who ask about pictures and those who read."""
    failures: int
    """Answers with a status of 500 or more."""
    pictures_per_second: float
    followers: FollowerFigures
    memory_mb: list[float] = field(default_factory=list)
    """Memory of the process at equal distances of time, from the first fifth on."""

    def __str__(self) -> str:
        first, last = self.memory_mb[0], self.memory_mb[-1]
        return (
            f"{self.seconds:.0f} s: statuses {self.statuses}, {self.failures} of 500 or more, "
            f"{self.pictures_per_second:.1f} pictures a second\n{self.followers}\n"
            f"memory {first:.0f} MB after a fifth of the time, {last:.0f} MB at the end, "
            f"{min(self.memory_mb):.0f} to {max(self.memory_mb):.0f} between"
        )
