"""The store: what the engine writes and everything else reads."""

from monitor.store.queries import Store
from monitor.store.recorder import Recorder
from monitor.store.records import Session, Source

__all__ = ["Recorder", "Session", "Source", "Store"]
