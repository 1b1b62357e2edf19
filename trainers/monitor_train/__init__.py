"""Trainers: what makes the model artifacts that the analyzers load.

Torch and Lightning come with the `train` extra and are imported when a command runs, not before.
"""

from __future__ import annotations

from monitor.plugin import Command, Register, Trainer, hookimpl


@hookimpl
def register_trainers(register: Register) -> None:
    from monitor_train.crowd import commands as crowd
    from monitor_train.face import commands as face
    from monitor_train.person import commands as person
    from monitor_train.retrieval import commands as retrieval
    from monitor_train.scene import commands as scene
    from monitor_train.scene.anp import commands as anp
    from monitor_train.staged import commands as staged

    register("face-expression", Trainer(face.train_face_expression, face.evaluate_face))
    register("face-fusion", Trainer(face.train_face_fusion, face.evaluate_face, face.explain_face_fusion))
    register("crowd-vgg16", Trainer(crowd.train_crowd_vgg16, crowd.evaluate_crowd_vgg16))
    register("scene-sentiment", Trainer(scene.train_scene_sentiment, scene.evaluate_scene_sentiment))
    register("anp-bank", Trainer(anp.train_anp_bank))
    register("anp-teacher", Trainer(anp.train_anp_teacher))
    register(
        "affective-retrieval",
        Trainer(retrieval.train_affective_retrieval, retrieval.evaluate_affective_retrieval),
    )
    register("person-appearance", Trainer(person.train_person_appearance))
    register("mean-face", Trainer(person.moved_mean_face))
    register("staged-transfer", Trainer(staged.train_staged_transfer))


@hookimpl
def register_commands(register: Register) -> None:
    about = "Measure what the parts of a model are worth."
    register("ablation", Command("monitor_train.groups:ablation", about))
    about = "How far frames are from the pictures that a scene model learned from."
    register("familiarity", Command("monitor_train.groups:familiarity", about))
    about = "Describe pictures by adjective-noun pairs (ANPs)."
    register("anp", Command("monitor_train.groups:pairs", about))
    about = "Make the mean face that head poses are measured against."
    register("mean-face", Command("monitor_train.person.commands:make_mean_face", about))
