"""Models that several runs use one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from monitor.engine.models import Models
from monitor.engine.run import Run
from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Observation, Sample
from monitor.settings import load_settings
from monitor.store import Store
from tests.conftest import Brightness, make_clip

made: list[Counting] = []


class Counting(Brightness):
    """Says how many samples it saw since it was made."""

    temporal = True

    def __init__(self) -> None:
        self.seen = 0
        self.closed = False
        made.append(self)

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        answers = []
        for sample in samples:
            self.seen += 1
            scores = {"bright": self.seen / 100, "dark": 1 - self.seen / 100}
            answers.append([Observation(self.name, sample.frame.source, sample.frame.seconds, None, scores)])
        return answers

    def close(self) -> None:
        self.closed = True


def test_run_after_run_uses_the_same_models_and_remembers_nothing(tmp_path: Path, plugins: Plugins) -> None:
    made.clear()
    plugins.analyzers["brightness"] = Registration("analyzers", "brightness", Counting, "tests")
    settings = load_settings(analyzers=["brightness"], store="test.db")
    clip = make_clip(tmp_path / "clip.mp4", 2)
    models = Models(settings, plugins)
    first, second = (Run([str(clip)], settings, plugins, models=models)().session for _ in range(2))
    assert [each.closed for each in made] == [True, False]
    models.close()
    models.close()  # once more does no harm
    assert [each.closed for each in made] == [True, True]
    with Store("test.db") as store:
        seen = [store.observations(store.session(number)).bright.tolist() for number in (first, second)]
    assert seen == [[0.01, 0.02, 0.03, 0.04]] * 2
