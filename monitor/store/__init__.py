"""The store: what the engine writes and everything else reads."""

from monitor.store.recorder import Recorder
from monitor.store.store import Session, Source, Store

__all__ = ["Recorder", "Session", "Source", "Store"]
