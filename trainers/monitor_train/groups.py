"""The groups of commands beside `train`, `evaluate` and `explain`: `monitor ablation`, `familiarity` and `anp`."""

from __future__ import annotations

import typer

from monitor_train.crowd import commands as crowd
from monitor_train.face import commands as face
from monitor_train.retrieval import commands as retrieval
from monitor_train.scene import commands as scene
from monitor_train.scene.anp import commands as anp
from monitor_train.staged import commands as staged

ablation = typer.Typer(help="Measure what the parts of a model are worth.", no_args_is_help=True)
ablation.command("face-fusion")(face.ablate_face_fusion)
ablation.command("own-pictures")(face.ablate_own_pictures)
ablation.command("scene-sentiment")(scene.ablate_scene_sentiment)
ablation.command("affective-retrieval")(retrieval.ablate_affective_retrieval)
ablation.command("crowd-vgg16")(crowd.ablate_crowd_vgg16)
ablation.command("staged-transfer")(staged.ablate_staged_transfer)

familiarity = typer.Typer(help="How far frames are from the pictures that a scene model learned from.")
familiarity.command("fit")(scene.fit_familiarity)
familiarity.command("measure")(scene.measure_familiarity)

pairs = typer.Typer(help="Describe pictures by adjective-noun pairs (ANPs).", no_args_is_help=True)
pairs.command("regions")(anp.find_regions)
