"""Everything that can be set, with its type and default; `config.toml` and the command line change it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from monitor.errors import ConfigError
from monitor.mistakes import explain

DEFAULT_CONFIG = Path("config.toml")
SPOOL, SPOOL_MEGABYTES = Path("emotion-monitor-spool"), 1000.0
Precision = Literal["auto", "fp32", "fp16", "bf16"]
HardwareDecoding = Literal["auto", "none", "cuda", "vaapi"]
ShownSeconds = Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]


def _split(names: object) -> object:
    """A list out of `"one, two"`: in environment variables nobody wants to write JSON."""
    return [name.strip() for name in names.split(",") if name.strip()] if isinstance(names, str) else names


class PluginSettings(BaseModel):
    """Section `[plugins]`."""

    model_config = ConfigDict(extra="forbid")

    disabled: list[str] = []
    """Plugins that are not loaded, by the names that `monitor plugins list` prints."""


class Options(BaseModel):
    """Sections `[options.analyzers.NAME]`, `[options.face_detectors.NAME]`, `[options.runtimes.NAME]`,
    `[options.sinks.NAME]` and `[options.commands.NAME]`.

    What each may hold is the plugin's to say. A sink is used when it has a section, or with the analyzer it follows.
    """

    model_config = ConfigDict(extra="forbid")

    analyzers: dict[str, dict[str, Any]] = {}
    face_detectors: dict[str, dict[str, Any]] = {}
    runtimes: dict[str, dict[str, Any]] = {}
    sinks: dict[str, dict[str, Any]] = {}
    commands: dict[str, dict[str, Any]] = {}


class QualitySettings(BaseModel):
    """Section `[quality]`: faces that are seen worse than this are kept, but do not count in shares.

    They are judged by the measures of analyzers that plugins register for it.
    """

    model_config = ConfigDict(extra="forbid")

    smallest_face: Annotated[float, Field(ge=0, le=10000)] = 24.0
    """Least height of a face, in pixels; 0 lets every size in."""
    most_yaw: Annotated[float, Field(ge=0, le=180)] = 45.0
    """Most turn of the head to either side, in degrees; 180 lets every turn in."""
    least_sharpness: Annotated[float, Field(ge=0, le=10)] = 0.1
    """Least `sharpness`; 0 lets blurred faces in."""


class PeopleSettings(BaseModel):
    """Section `[people]`: what is kept of how people look."""

    model_config = ConfigDict(extra="forbid")

    thumbnails: bool = True
    """Whether a small picture of each person is kept."""
    blur: bool = False
    """Whether faces are blurred in these pictures and in live ones."""
    remember: bool = False
    """Whether how named people look is kept across sessions, to propose their names in later ones."""


class ShownSettings(BaseModel):
    """Section `[shown]`: what pages, reports and exports show beside the raw scores, which stay as they are."""

    model_config = ConfigDict(extra="forbid")

    half_life_seconds: ShownSeconds = 0.0
    """Half-life of the smoothing of each person's scores, in seconds of stream time; 0 leaves them unsmoothed."""
    calibrate_seconds: ShownSeconds = 0.0
    """How long, from a person's first appearance, their face counts as neutral for them; 0 leaves calibration out."""
    all_samples: bool = False
    """Whether faces outside of the quality gate count in shares too."""


class AlertSettings(BaseModel):
    """Section `[[alerts]]`: one rule; that it has held for long enough becomes an event of the session.

    A rule watches one of four things: the `share` of an emotion, a `measure`, that nobody's face is seen (`no_face`),
    or that a live stream is gone or a source has failed (`stream_lost`).
    """

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    """What the alert is called; no two rules share a name."""
    share: str | None = None
    """An emotion, whose share of a subject is watched."""
    measure: str | None = None
    """A measure of a subject, such as head_yaw, in its own unit."""
    no_face: bool = False
    """Watch for samples without any face."""
    stream_lost: bool = False
    """Watch for live sources that went away, and for sources that failed."""
    analyzer: str | None = None
    """Whose share or measure; by default that of every analyzer of the run that has it."""
    of: str = "anybody"
    """`anybody`, `scene` (the frame as a whole), or a person as the pages call them: `Anna`, `person 2`."""
    above: float | None = Field(None, allow_inf_nan=False)
    """The rule holds while the value is larger."""
    below: float | None = Field(None, allow_inf_nan=False)
    """The rule holds while the value is smaller; with `above` too, while it is between the two."""
    for_seconds: float = Field(0.0, ge=0, le=86400)
    """How long it has to hold, in seconds of stream time."""
    pause_seconds: float = Field(30.0, ge=0, le=86400)
    """How long the rule is silent in a source after an alert has ended, in seconds of stream time."""
    half_life_seconds: float = Field(1.0, ge=0, le=3600, allow_inf_nan=False)
    """Half-life of the smoothing of the value; 0 leaves it unsmoothed."""

    @model_validator(mode="after")
    def _is_one_rule(self) -> Self:
        watched = [self.share is not None, self.measure is not None, self.no_face, self.stream_lost]
        limits = [limit for limit in (self.above, self.below) if limit is not None]
        if sum(watched) != 1:
            raise PydanticCustomError("alert", "needs exactly one of share, measure, no_face and stream_lost")
        if (self.no_face or self.stream_lost) and limits:
            raise PydanticCustomError("alert", "no_face and stream_lost have no level; leave above and below out")
        if not (self.no_face or self.stream_lost or limits):
            raise PydanticCustomError("alert", "needs the level above or below which it is an alert")
        if self.share is not None and any(not 0 <= limit <= 1 for limit in limits):
            raise PydanticCustomError("alert", "shares lie between 0 and 1, so must above and below")
        if len(limits) == 2 and limits[0] >= limits[1]:
            raise PydanticCustomError("alert", "above must be less than below: the rule holds between the two")
        return self


def _named_apart(rules: list[AlertSettings]) -> list[AlertSettings]:
    names = [rule.name for rule in rules]
    for name in names:
        if names.count(name) > 1:
            raise PydanticCustomError("alerts", "two rules have the name '{name}'; rename one of them", {"name": name})
    return rules


class Settings(BaseSettings):
    """Settings of a run; an unknown key is an error that names the nearest valid one.

    Environment variables `MONITOR_STORE`, `MONITOR_EVERY_SECONDS`, … go before the file, the command line goes before
    both. The sections `quality`, `people`, `shown`, `alerts`, `outlets`, `plugins` and `options` are JSON
    there:
    `MONITOR_PLUGINS='{"disabled": ["train"]}'`.
    """

    model_config = SettingsConfigDict(extra="forbid", env_prefix="MONITOR_")

    every_seconds: float = Field(0.5, gt=0, le=3600)
    """Distance of two samples, in seconds of stream time."""
    window_seconds: float = Field(5.0, gt=0, le=86400)
    """Length of a share window, in seconds of stream time."""
    store: str = "emotion-monitor.db"
    """Path of an SQLite file, or any SQLAlchemy URL."""
    spool: Path = SPOOL
    """Folder for what is recorded while the database is away; it is written there when that is back."""
    spool_megabytes: float = Field(SPOOL_MEGABYTES, gt=0)
    """Most that a run keeps there; a run whose spool is full ends."""
    analyzers: Annotated[list[str], NoDecode, BeforeValidator(_split), Field(min_length=1)] = ["auto"]
    """Analyzers to run, by registered name; a list, or one string with commas. `auto` takes those that plugins register
    as default."""
    face_detector: str = "auto"
    """A registered detector; `auto` takes one with a section [options.face_detectors.NAME], else the first."""
    runtime: str = "auto"
    """A registered inference runtime; `auto` takes the first that works."""
    precision: Precision = "auto"
    """What networks are computed in; `auto` keeps a model's answers, lower ones trade some of that for speed."""
    hwaccel: HardwareDecoding = "none"
    """What decodes video: the processor (`none`), a graphics card (`cuda`, `vaapi`), or what there is (`auto`)."""
    batch_size: int = Field(16, ge=1, le=1024)
    """Most samples that analyzers see at once."""
    batch_wait_ms: float = Field(0.0, ge=0, le=1000)
    """How long a batch waits for samples of other streams, in milliseconds, once its first has come."""
    faults_in_a_row: int = Field(5, ge=1)
    """An analyzer that fails this many times in a row on a source is left out there; a source with none left ends."""
    silent_seconds: float = Field(20.0, gt=0)
    """A live source that gives no frame for this long is reconnected."""
    picture_host: str = "127.0.0.1"
    """Address at which the engine serves live pictures; 0.0.0.0 opens them to the network."""
    picture_port: int = Field(0, ge=0, le=65535)
    """Port of the live pictures; 0 takes any free one."""
    dashboard_port: int = Field(8501, ge=1, le=65535)
    """Port of the dashboard."""
    quality: QualitySettings = QualitySettings()
    people: PeopleSettings = PeopleSettings()
    shown: ShownSettings = ShownSettings()
    alerts: Annotated[list[AlertSettings], AfterValidator(_named_apart)] = []
    """Rules, each a section [[alerts]]."""
    outlets: dict[str, dict[str, Any]] = {}
    """Where alerts and figures are sent while a run goes on, each a section [outlets.NAME]; docs/alerts.md has all."""
    plugins: PluginSettings = PluginSettings()
    options: Options = Options()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


@cache
def _settings_from(path: Path) -> type[Settings]:
    """Settings that read that file, each time that they are made; made once, as a class takes longer than reading."""

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    return FromFile


def load_settings(config: Path | None = None, **overrides: Any) -> Settings:
    """Settings from `config` (by default `config.toml` in the working directory, where there is one).

    `overrides` that are None count as not given. Raises ConfigError for a missing file, a file that is not TOML, an
    unknown key (with the nearest valid name) or a value out of range.
    """
    path = config or DEFAULT_CONFIG
    if config is not None and not config.is_file():
        raise ConfigError(f"configuration file {config} does not exist")

    try:
        return _settings_from(path)(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        raise ConfigError(f"{explain(error, Settings, '')} (in {path}, the environment or the options)") from None
    except SettingsError as error:
        name = next((field for field in Settings.model_fields if f'"{field}"' in str(error)), "")
        raise ConfigError(f"environment variable MONITOR_{name.upper()} must be JSON: {error.__cause__}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
