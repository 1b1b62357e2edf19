"""`monitor bench`: how fast the pipeline is here, and against what."""

from monitor.commands.bench.command import bench

__all__ = ["bench"]
