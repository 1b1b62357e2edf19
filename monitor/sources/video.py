"""A recorded video: decoded completely and reproducibly, as fast as the consumer takes samples."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from threading import Event

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from monitor.errors import SourceError
from monitor.sample import Frame
from monitor.settings import HardwareDecoding
from monitor.sources.hardware import decoder_device
from monitor.sources.lookahead import sampled
from monitor.sources.rgb import RgbConverter
from monitor.sources.sampler import Sampler, period_index
from monitor.sources.shots import ShotDetector

USUAL_RATE = Fraction(25)
"""Pictures a second where a stream gives neither timestamps nor a rate."""
TEXT_FORMAT = "tty"
"""FFmpeg would draw a text file as a terminal shows it."""
UNTIMED_AFTER_SEEK = ("mpeg",)
"""Program streams give a timestamp only now and then, and a wrong one after a jump."""
LEAST_JUMP_SECONDS = 1.0
"""Shorter stretches are decoded through, whatever the distance of key frames."""
SEEK_BACK_SECONDS = (0, 2, 10, 60)
"""How far before the wanted time a seek aims, should a nearer one land too late; after these, the beginning."""


def video_stream(container: InputContainer) -> VideoStream | None:
    """The stream to watch, or None; cover art of music files is no video."""
    streams = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
    best = container.streams.best("video")
    return best if best in streams else next(iter(streams), None)


def open_file(path: Path, name: str, hwaccel: HardwareDecoding = "none") -> InputContainer:
    """The file, opened, to be decoded where `hwaccel` says. Raises SourceError in words that say what is wrong."""
    device = decoder_device(hwaccel)
    try:
        if path.stat().st_size == 0:
            raise SourceError(f"{name}: the file is empty; copy or record it again")
        # the prefix keeps "12:30.mp4" from being read as a network protocol
        container = av.open(f"file:{path}", "r", metadata_errors="replace", hwaccel=device)
    except (FileNotFoundError, NotADirectoryError):
        raise SourceError(f"{name}: no such file or folder; check the path") from None
    except PermissionError:
        raise SourceError(f"{name}: not allowed to read it; check its permissions") from None
    except (av.FFmpegError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(
            f"{name}: not a video that can be read ({reason}); it is another kind of file, damaged or cut short"
        ) from None
    if container.format.name == TEXT_FORMAT:
        container.close()
        raise SourceError(f"{name}: a text file, not a video; give a video, a picture or a folder of pictures")
    return container


class VideoSource:
    """A video file, or an address of one, of any format that FFmpeg reads.

    Times are presentation timestamps counted from the stream's start. Only pictures that are sampled, and those they
    are predicted from, are decoded; memory does not grow with the length of the video.
    """

    kind = "file"

    def __init__(
        self,
        container: InputContainer,
        *,
        name: str,
        every_seconds: float,
        start_seconds: float = 0.0,
        until_seconds: float | None = None,
        number: int = 1,
        first_index: int = 0,
        decoder_threads: int = 0,
    ) -> None:
        """Take over `container`, which is decoded by so many threads, for 0 by one on each processor.

        Raises SourceError where it has no video, or `start_seconds` is after its end.
        """
        self.name = name
        self.number = number
        self._first_index = first_index
        self.frames_decoded = 0
        self.frames_dropped: Counter[str] = Counter()
        self._container = container
        self._sampler = Sampler(every_seconds, start_seconds)
        self._until_seconds = until_seconds
        self._stopped = Event()
        self._convert = RgbConverter()
        self._shot_start = ShotDetector()
        try:
            self._stream = self._usable_stream(decoder_threads)
            self._time_base = self._stream.time_base or Fraction(1, av.time_base)
            self._start = self._stream.start_time or 0
            self._longest_group_seconds = math.inf  # distance of two key frames; not known before the second
            self._is_timed = self._stream.start_time is not None and not self._is_reordered_avi()
            self._can_seek = self._is_timed and container.format.name not in UNTIMED_AFTER_SEEK
            self.duration_seconds = self._duration()
            if self.duration_seconds is not None and start_seconds >= self.duration_seconds > 0:
                raise self._starts_late()
        except SourceError:
            container.close()
            raise

    def _usable_stream(self, threads: int) -> VideoStream:
        stream = video_stream(self._container)
        if stream is None:
            kinds = " and ".join(sorted({str(other.type) for other in self._container.streams})) or "nothing"
            raise SourceError(f"{self.name}: there is no video in it, only {kinds}; give a file with pictures")
        try:
            stream.codec_context.thread_type = "AUTO"  # pictures and slices of pictures in parallel
            stream.codec_context.thread_count = threads
            stream.codec_context.open(strict=False)  # now: some decoders keep the skipping they were opened with
        except (av.FFmpegError, AttributeError):  # a stream without a decoder has no context
            raise SourceError(f"{self.name}: its video codec is not known; convert it to H.264") from None
        return stream

    def _is_reordered_avi(self) -> bool:
        """AVI stores no presentation timestamps, and FFmpeg's guess is wrong where H.264 or HEVC reorders pictures."""
        context = self._stream.codec_context
        return self._container.format.name == "avi" and context.name in ("h264", "hevc") and context.has_b_frames > 0

    def _starts_late(self) -> SourceError:
        end = "" if self.duration_seconds is None else f" at {self.duration_seconds:.3f} s"
        return SourceError(f"{self.name}: --start {self._sampler.start_seconds:g} is after its end{end}; start earlier")

    def _duration(self) -> float | None:
        if self._container.format.name in UNTIMED_AFTER_SEEK:  # an estimate that may be too short
            return None
        if self._stream.duration is not None:
            return float(self._stream.duration * self._time_base)
        return None if self._container.duration is None else self._container.duration / av.time_base

    def samples(self) -> Iterator[Frame]:
        """The first picture of every sampling period."""
        index = self._first_index
        for seconds, picture in self._pictures():
            if self._until_seconds is not None and seconds >= self._until_seconds:
                return
            shot_start = self._shot_start(picture, seconds)
            if self._sampler.keeps(seconds):
                image = self._convert(picture)
                yield Frame(image, seconds, self.number, index, None, self.name, shot_start)
                index += 1
        if self._stopped.is_set() or index > self._first_index:
            return
        if self.frames_decoded > self.frames_dropped["corrupt"]:
            raise self._starts_late()
        raise SourceError(f"{self.name}: no picture in it can be decoded; it is damaged, copy or convert it again")

    def _pictures(self) -> Iterator[tuple[float, VideoFrame]]:
        """Pictures and their times in the order they are shown; at least the first one of every period.

        Where the next period lies several key frames ahead, jumping there is cheaper than decoding everything between.
        """
        position: float | None = self._sampler.start_seconds
        while position is not None:
            pictures = self._decode_from(position)
            position = None
            for seconds, picture in pictures:
                yield seconds, picture
                following = self._period_after(seconds)
                if self._can_seek and following - seconds > max(LEAST_JUMP_SECONDS, 2 * self._longest_group_seconds):
                    position = following
                    break

    def _decode_from(self, position: float) -> Iterator[tuple[float, VideoFrame]]:
        """Pictures and their times from `position` on, and some before it."""
        if position > 0 and self._can_seek:
            for back in SEEK_BACK_SECONDS:
                if not self._seek(position - back):
                    break
                pictures = self._decode()
                seconds, picture = next(pictures, (math.inf, None))
                if picture is not None and seconds <= position:
                    self._learn_group(position - seconds)
                    yield seconds, picture
                    yield from pictures
                    return
            self._can_seek = False
            self._seek(-SEEK_BACK_SECONDS[-1])
        yield from self._decode()

    def _seek(self, seconds: float) -> bool:
        """Go to the key frame before `seconds`; False where the file cannot be sought in."""
        try:
            offset = self._start + math.floor(seconds / self._time_base)
            self._container.seek(offset, stream=self._stream, backward=True)
        except av.FFmpegError:
            return False
        return True

    def _decode(self) -> Iterator[tuple[float, VideoFrame]]:
        """Pictures and their times from the present position on, without those that nobody will look at."""
        context = self._stream.codec_context
        step = float(1 / (self._stream.average_rate or USUAL_RATE))
        seconds = -step
        last_key: float | None = None
        every = ((packet, True) for packet in self._packets())
        for packet, is_sampled in sampled(self._packets(), self._period) if self._is_timed else every:
            if self._stopped.is_set():
                return
            if packet.is_keyframe and packet.pts is not None:
                if last_key is not None:
                    self._learn_group(self._time(packet.pts) - last_key)
                last_key = self._time(packet.pts)
            if packet.is_disposable and not is_sampled:
                continue
            context.skip_frame = "DEFAULT" if is_sampled else "NONREF"
            try:
                pictures = packet.decode()
            except av.FFmpegError:
                self.frames_dropped["corrupt"] += 1
                continue
            for picture in pictures:
                self.frames_decoded += 1
                pts = picture.pts if self._is_timed else None
                seconds = seconds + step if pts is None else self._time(pts)
                if picture.is_corrupt:
                    self.frames_dropped["corrupt"] += 1
                else:
                    yield seconds, picture

    def _packets(self) -> Iterator[Packet[VideoStream]]:
        """Compressed pictures in the order of the file, up to its end or to where it is damaged beyond reading."""
        try:
            yield from self._container.demux(self._stream)
        except (av.error.InvalidDataError, av.error.EOFError):
            self.frames_dropped["corrupt"] += 1
        except av.FFmpegError as error:
            if self._stopped.is_set():
                return
            raise SourceError(f"{self.name}: reading failed ({error.strerror}); check the disk or network") from None

    def _learn_group(self, length_seconds: float) -> None:
        known = self._longest_group_seconds
        self._longest_group_seconds = length_seconds if math.isinf(known) else max(known, length_seconds)

    def _time(self, pts: int) -> float:
        return (pts - self._start) * self._time_base.numerator / self._time_base.denominator

    def _period(self, pts: int) -> int:
        return period_index(self._time(pts) - self._sampler.start_seconds, self._sampler.every_seconds)

    def _period_after(self, seconds: float) -> float:
        """When the period after the one of `seconds` begins."""
        start, every = self._sampler.start_seconds, self._sampler.every_seconds
        return start + max(0, period_index(seconds - start, every) + 1) * every

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        self._container.close()
