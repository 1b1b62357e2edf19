from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"torch", "torchvision", "lightning", "mediapipe", "onnxruntime", "openvino", "lancedb", "streamlit"}

CODE = """
import json, sys
import monitor, monitor.plugins
plugins = monitor.plugins.Plugins().all()
print(json.dumps([[plugin.name for plugin in plugins], list(sys.modules)]))
"""


def test_starting_up_with_every_plugin_imports_nothing_heavy():
    result = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True)
    plugins, modules = json.loads(result.stdout)
    assert {"monitor", "face", "retrieval", "train", "dashboard"} <= set(plugins)
    assert {"monitor_face", "monitor_retrieval", "monitor_train", "monitor_dashboard"} <= set(modules)
    assert set(modules) & HEAVY == set()
