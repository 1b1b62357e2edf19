"""Trainers: what makes the model artifacts that the analyzers load.

Torch and Lightning come with the `train` extra and are imported when a trainer runs, not before.
"""

from __future__ import annotations

from monitor.analyzer import Trainer
from monitor.hooks import Register, hookimpl


@hookimpl
def register_trainers(register: Register) -> None:
    from monitor_train.face import commands as face_commands
    from monitor_train.retrieval import commands as retrieval_commands
    from monitor_train.scene import commands as scene_commands

    register("face-expression", Trainer(face_commands.train_face_expression, face_commands.evaluate_face))
    register(
        "face-fusion",
        Trainer(face_commands.train_face_fusion, face_commands.evaluate_face, face_commands.explain_face_fusion),
    )
    register("scene-sentiment", Trainer(scene_commands.train_scene_sentiment, scene_commands.evaluate_scene_sentiment))
    register("anp-bank", Trainer(scene_commands.train_anp_bank))
    register("anp-regions", Trainer(scene_commands.train_anp_regions))
    register("anp-teacher", Trainer(scene_commands.train_anp_teacher))
    register("scene-comparison", Trainer(scene_commands.train_scene_comparison))
    register(
        "affective-retrieval",
        Trainer(retrieval_commands.train_affective_retrieval, retrieval_commands.evaluate_affective_retrieval),
    )
    register("retrieval-comparison", Trainer(retrieval_commands.train_retrieval_comparison))
