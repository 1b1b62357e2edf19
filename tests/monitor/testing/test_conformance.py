"""An analyzer that keeps the contract passes; for each rule there is one that breaks it and is caught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from monitor.errors import AnalyzerError
from monitor.sample import Frame, Observation, Sample
from monitor.testing import check_analyzer, make_samples


class Frames:
    """Judges whole frames by their brightness."""

    name = "honest"
    labels = ("bright", "dark")
    needs_faces = False

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        return [self.observe(sample) for sample in samples]

    def observe(self, sample: Sample) -> list[Observation]:
        bright = float(sample.frame.image.mean() / 255)
        return [self.observation(sample, bright)]

    def observation(self, sample: Sample, bright: float) -> Observation:
        scores = {"bright": bright, "dark": 1 - bright}
        return Observation(self.name, sample.frame.source, sample.frame.seconds, None, scores, confidence=bright)

    def close(self) -> None:
        pass


class Faces(Frames):
    """Judges faces by the place of their boxes."""

    needs_faces = True

    def observe(self, sample: Sample) -> list[Observation]:
        return [
            replace(self.observation(sample, face.box[0]), subject=face.track, box=face.box) for face in sample.faces
        ]


@pytest.mark.parametrize("analyzer", [Frames(), Faces()])
def test_analyzers_that_keep_the_contract_pass(analyzer):
    check_analyzer(analyzer)


def test_labels_in_another_order_and_silence_about_some_faces_are_fine():
    class Choosy(Faces):
        def observe(self, sample):
            seen = [each for each in super().observe(sample) if each.scores["bright"] > 0.2]
            return [replace(each, scores=dict(reversed(each.scores.items()))) for each in seen]

    check_analyzer(Choosy())


class NoName(Frames):
    name = ""


class ListOfLabels(Frames):
    labels = ["bright", "dark"]  # noqa: RUF012


class NoLabels(Frames):
    labels = ()


class RepeatedLabel(Frames):
    labels = ("bright", "bright")


class UnsureAboutFaces(Frames):
    needs_faces = None


class AnswersNothingWithNone(Frames):
    def analyze(self, samples):
        return super().analyze(samples) if samples else None


class FailsOnNothing(Frames):
    def analyze(self, samples):
        np.stack([sample.frame.image[:8, :8] for sample in samples])
        return super().analyze(samples)


class Tuples(Frames):
    def analyze(self, samples):
        return tuple(super().analyze(samples)) if samples else []


class LosesLast(Frames):
    def analyze(self, samples):
        return super().analyze(samples)[:-1]


class BareObservation(Frames):
    def observe(self, sample):
        return super().observe(sample)[0]


class OtherName(Frames):
    def observe(self, sample):
        return [replace(each, analyzer="somebody") for each in super().observe(sample)]


class OtherSource(Frames):
    def observe(self, sample):
        return [replace(each, source="elsewhere") for each in super().observe(sample)]


class OtherTime(Frames):
    def observe(self, sample):
        return [replace(each, seconds=each.seconds + 1) for each in super().observe(sample)]


class WrongOrder(Frames):
    def analyze(self, samples):
        return super().analyze(samples)[::-1]


class FrameAsFace(Frames):
    def observe(self, sample):
        return [replace(each, subject=1) for each in super().observe(sample)]


class UnknownTrack(Faces):
    def observe(self, sample):
        return [replace(each, subject=99) for each in super().observe(sample)]


class SameSubjectTwice(Faces):
    def observe(self, sample):
        return 2 * super().observe(sample)


class FacesInEmptyFrames(Faces):
    def observe(self, sample):
        return super().observe(sample) or [self.observation(sample, 0.5)]


class MissingLabel(Frames):
    def observe(self, sample):
        return [replace(each, scores={"bright": 1.0}) for each in super().observe(sample)]


class SumsToLess(Frames):
    def observe(self, sample):
        return [replace(each, scores={"bright": 0.4, "dark": 0.598}) for each in super().observe(sample)]


class Percent(Frames):
    def observe(self, sample):
        return [replace(each, confidence=85.0) for each in super().observe(sample)]


class Pixels(Faces):
    def observe(self, sample):
        return [replace(each, box=(10, 20, 30, 40)) for each in super().observe(sample)]


class InsideOut(Faces):
    def observe(self, sample):
        return [replace(each, box=(0.5, 0.5, 0.1, 0.1)) for each in super().observe(sample)]


class Placed(Frames):
    """Places a frame at its mean colour."""

    def place(self, sample):
        return (sample.frame.image.mean(axis=(0, 1)) / 255).astype(np.float32)

    def observe(self, sample):
        return [replace(each, vector=self.place(sample)) for each in super().observe(sample)]


def test_vectors_that_are_the_same_in_every_batch_are_fine():
    check_analyzer(Placed())


class DoublePlaced(Placed):
    def place(self, sample):
        return super().place(sample).astype(np.float64)


class PlacedInSquares(Placed):
    def place(self, sample):
        return super().place(sample)[None]


class PlacedNowhere(Placed):
    def place(self, sample):
        return super().place(sample) + np.float32(np.inf)


class BatchPlaced(Placed):
    """Its scores keep the contract, its vectors do not."""

    def analyze(self, samples):
        shift = np.float32(0.001 * len(samples))
        return [[replace(each, vector=each.vector + shift) for each in seen] for seen in super().analyze(samples)]


class SometimesPlaced(Placed):
    def analyze(self, samples):
        answers = super().analyze(samples)
        return answers if len(samples) > 1 else [[replace(each, vector=None) for each in seen] for seen in answers]


class Fails(Frames):
    def observe(self, sample):
        raise KeyError("weights")


class WritesToPicture(Frames):
    def observe(self, sample):
        sample.frame.image[0, 0] = 0
        return super().observe(sample)


class ForcesPicture(Frames):
    def observe(self, sample):
        sample.frame.image.setflags(write=True)
        sample.frame.image[0, 0] ^= 255
        return super().observe(sample)


class ForcesMesh(Faces):
    def observe(self, sample):
        for face in sample.faces:
            if face.mesh is not None:
                face.mesh.setflags(write=True)
                face.mesh[:] += 1
        return super().observe(sample)


class Random(Frames):
    def __init__(self):
        self.random = np.random.default_rng(0)

    def observe(self, sample):
        return [self.observation(sample, self.random.uniform())]


class RunningMean(Frames):
    mean = 0.0

    def observe(self, sample):
        self.mean = 0.9 * self.mean + 0.1 * float(sample.frame.image.mean() / 255)
        return [self.observation(sample, self.mean)]


class BatchMean(Frames):
    """What a network with batch normalisation in training mode does."""

    def analyze(self, samples):
        mean = np.mean([sample.frame.image.mean() / 255 for sample in samples]) if samples else 0
        return [[self.observation(sample, float(mean))] for sample in samples]


class Position(Frames):
    """Depends on the place in the batch, counted from its end."""

    def analyze(self, samples):
        return [[self.observation(sample, 1 / (len(samples) - at))] for at, sample in enumerate(samples)]


class NeighbourAhead(Frames):
    """A sample is darkened by a stranger from another source before it; only a mixed batch shows that."""

    def analyze(self, samples):
        answers, before = [], None
        for sample in samples:
            shade = 0.5 if before in (None, sample.frame.source) else 0.25
            answers.append([self.observation(sample, shade)])
            before = sample.frame.source
        return answers


class SeesFewerInCrowds(Faces):
    def analyze(self, samples):
        answers = super().analyze(samples)
        return answers if len(samples) < 3 else [seen[:1] for seen in answers]


class Silent(Frames):
    def observe(self, sample):
        return []


class CannotClose(Frames):
    def close(self):
        raise OSError("busy")


class ClosesOnce(Frames):
    open = True

    def close(self):
        if not self.open:
            raise ValueError("closed already")
        self.open = False


@pytest.mark.parametrize(
    ("analyzer", "message"),
    [
        (NoName, "NoName: name must be a word, not ''"),
        (ListOfLabels, "labels must be a tuple"),
        (NoLabels, "labels must hold one word or more, or measures one measure or more"),
        (RepeatedLabel, "labels must differ from each other"),
        (UnsureAboutFaces, "needs_faces must be True or False, not None"),
        (AnswersNothingWithNone, r"analyze\(\) of 0 samples must return a list of 0 lists, not NoneType"),
        (FailsOnNothing, r"analyze\(\) of 0 samples raised ValueError"),
        (Tuples, r"must return a list of 8 lists, not tuple"),
        (LosesLast, r"must return a list of 8 lists, not a list of 7"),
        (BareObservation, "must be a list of Observation, not Observation"),
        (OtherName, "must carry the analyzer's name, not 'somebody'"),
        (OtherSource, "must carry its sample's source, here 1, not 'elsewhere'"),
        (OtherTime, r"must carry its sample's seconds, here 0\.0, not 1\.0"),
        (WrongOrder, r"must carry its sample's seconds, here 0\.0, not 3\.5"),
        (FrameAsFace, "subject must be None, not 1"),
        (UnknownTrack, r"subject must be the track of a face, here one of \[1\], or None, not 99"),
        (SameSubjectTwice, r"more than one observation of a subject: \[1, 1\]"),
        (FacesInEmptyFrames, "has no faces, so an analyzer that needs faces must not see anything"),
        (MissingLabel, "scores must have exactly the labels"),
        (SumsToLess, "scores must be probabilities that sum to 1"),
        (Percent, r"confidence must lie in \[0, 1\], not 85"),
        (Pixels, "box must be"),
        (InsideOut, "box must be"),
        (DoublePlaced, r"vector must be float32 with one axis, not float64 \(3,\)"),
        (PlacedInSquares, r"vector must be .* not float32 \(1, 3\)"),
        (PlacedNowhere, "vector must hold finite numbers"),
        (BatchPlaced, "at batch size 1 and at batch size 8, .* differ by 0.007"),
        (SometimesPlaced, "at batch size 1 and at batch size 8, .* differ by inf"),
        (Fails, r"analyze\(\) of 8 samples raised KeyError: 'weights'"),
        (WritesToPicture, "assignment destination is read-only"),
        (ForcesPicture, "changed the picture or a mesh"),
        (ForcesMesh, "changed the picture or a mesh"),
        (Random, "asked twice about the same batch"),
        (RunningMean, "asked twice about the same batch"),
        (BatchMean, "at batch size 1 and at batch size 8, .* differ by"),
        (Position, "at batch size 1 and at batch size 8"),
        (NeighbourAhead, "at batch size 1 and in a batch with strangers"),
        (SeesFewerInCrowds, r"gets different subjects: \[1, 2\] and \[1\]"),
        (Silent, "says nothing about any sample"),
        (CannotClose, r"close\(\) raised OSError: busy"),
        (ClosesOnce, r"close\(\) for the second time raised ValueError"),
    ],
)
def test_every_breach_is_caught_and_named(analyzer, message):
    with pytest.raises(AnalyzerError, match=message) as caught:
        check_analyzer(analyzer())
    assert "\n" not in str(caught.value)


def test_dependence_on_order_alone_is_caught():
    class FirstComesBest(Frames):
        """The brightest is remembered within the batch; in this order of samples only the reverse one shows it."""

        def analyze(self, samples):
            best, answers = 0.0, []
            for sample in samples:
                best = max(best, float(sample.frame.image.mean() / 255))
                answers.append([self.observation(sample, best)])
            return answers

    ascending = [
        Sample(Frame(np.full((8, 8, 3), 40 * number, np.uint8), float(number), 1, number, source_name="grey"))
        for number in (1, 2, 3)
    ]
    with pytest.raises(AnalyzerError, match="in a batch in reverse order"):
        check_analyzer(FirstComesBest(), ascending)


def test_differences_of_rounding_are_let_pass_and_larger_ones_are_not():
    class Rounding(Frames):
        error = 5e-5

        def observation(self, sample, bright):
            return super().observation(sample, 0.5 + self.shift)

        def analyze(self, samples):
            self.shift = self.error if len(samples) > 1 else 0.0
            return super().analyze(samples)

    check_analyzer(Rounding())
    Rounding.error = 2e-4
    with pytest.raises(AnalyzerError, match=r"differ by 0\.0002"):
        check_analyzer(Rounding())


def test_the_analyzer_is_closed():
    class Counts(Frames):
        closed = 0

        def close(self):
            self.closed += 1

    analyzer = Counts()
    check_analyzer(analyzer)
    assert analyzer.closed == 2


def test_one_sample_is_too_few():
    with pytest.raises(ValueError, match="two samples or more, not 1"):
        check_analyzer(Frames(), make_samples()[:1])
