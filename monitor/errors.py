"""The exceptions of the project, all under one root so that a caller can catch them with one clause.

    MonitorError
    ├── ConfigError     a setting, option or file in config.toml is wrong
    ├── SourceError     a video, picture folder, camera or address cannot be read
    ├── StoreError      the database cannot be opened, read or written
    │   ├── StoreAway       it cannot be reached or written now, and may be back soon
    │   └── UnknownSession  it has no session of that number or name
    ├── ArtifactError   a model folder is damaged, incomplete or of another kind
    ├── RuntimeUnavailable  an inference runtime was asked for that does not work here
    ├── PluginError     a plugin cannot be loaded, or two register the same name
    └── AnalyzerError   an analyzer failed too often, or broke its contract

Every message names the key or file, the value, and what to do; the command line prints it as one line.
"""


class MonitorError(Exception):
    """Root of every error that this project raises on purpose."""


class ConfigError(MonitorError):
    """A setting or option has a wrong name or value."""


class SourceError(MonitorError):
    """A source cannot be opened or read."""


class StoreError(MonitorError):
    """The store cannot be opened, read or written."""


class StoreAway(StoreError):  # noqa: N818 - a state, not a fault
    """The database cannot be reached or written now: its server is restarted, its file locked, its disk full."""


class UnknownSession(StoreError):  # noqa: N818 - the store is well
    """The store has no session of that number or name."""


class ArtifactError(MonitorError):
    """A model folder is damaged, incomplete or of another kind."""


class RuntimeUnavailable(MonitorError):  # noqa: N818 - not a fault: another runtime may do
    """The inference runtime that was asked for does not work on this machine."""


class PluginError(MonitorError):
    """A plugin cannot be loaded, or two of them register the same name."""


class AnalyzerError(MonitorError):
    """An analyzer failed too often in a row, or answered against its contract."""
