"""Trainers: what makes the model artifacts that the analyzers load.

Torch and Lightning come with the `train` extra and are imported when a trainer runs, not before.
"""

from __future__ import annotations

from monitor.analyzer import Trainer
from monitor.hooks import Register, hookimpl


@hookimpl
def register_trainers(register: Register) -> None:
    from monitor_train.commands import evaluate_face_expression, train_face_expression

    register("face-expression", Trainer(train_face_expression, evaluate_face_expression))
