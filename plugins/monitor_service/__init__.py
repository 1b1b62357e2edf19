"""The service: pictures recognised over HTTP and on the command line, sessions followed as they happen.

Commands import their libraries when they are used, not before.
"""

from __future__ import annotations

from monitor.plugin import Command, Register, hookimpl


@hookimpl
def register_commands(register: Register) -> None:
    about = "Find the faces of pictures and say what they express; nothing is stored."
    register("recognize", Command("monitor_service.recognize_command:recognize", about))
    about = "Serve until Ctrl-C: pictures recognised over HTTP, sessions to read, to follow and to record."
    options = "monitor_service.options:ServeOptions"
    register("serve", Command("monitor_service.serve_command:serve", about), options=options)
    about = "Make, list and remove tokens that open the service."
    register("token", Command("monitor_service.token_command:token_app", about))
    about = "Measure the service under load; with pictures, its analyzers alone too, in turns with it."
    register("bench-service", Command("monitor_service.bench_command:bench_service", about))
