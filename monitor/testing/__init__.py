"""For authors of plugins: the check that an analyzer keeps its contract, and samples to try one on."""

from monitor.testing.conformance import check_analyzer
from monitor.testing.samples import make_samples

__all__ = ["check_analyzer", "make_samples"]
