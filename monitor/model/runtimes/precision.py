"""How exactly a network is computed: a setting for all runtimes, of which each offers what it can."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from monitor.errors import RuntimeUnavailable
from monitor.model.artifact import Artifact
from monitor.settings import Precision


class PrecisionOption(BaseModel):
    """The option that the setting `precision` is the default of."""

    precision: Precision = "auto"
    """`auto`: what keeps the answers, fp32 on CPUs and fp16 on GPUs. Models whose manifest asks for single precision
    are computed in fp32 whatever stands here."""

    @property
    def is_lower(self) -> bool:
        """Whether differences from single precision are accepted for its speed."""
        return self.precision in ("fp16", "bf16")


def chosen_precision(runtime: str, artifact: Artifact, wanted: Precision, offered: Sequence[Precision]) -> Precision:
    """What `runtime` computes `artifact` in, of what it offers; the first of that is what `auto` stands for.

    Raises RuntimeUnavailable where it does not offer what is wanted.
    """
    if wanted not in ("auto", *offered):
        raise RuntimeUnavailable(
            f"{runtime} computes in {' or '.join(offered)} here, not in {wanted}; change precision or runtime"
        )
    if artifact.manifest.full_precision:
        return "fp32"
    return offered[0] if wanted == "auto" else wanted
