"""Everything that can be set, with its type and default; `config.toml` and the command line change it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from monitor.errors import ConfigError
from monitor.explain import explain

DEFAULT_CONFIG = Path("config.toml")
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
    """Sections `[options.analyzers.NAME]`, `[options.face_detectors.NAME]` and `[options.sinks.NAME]`.

    What each may hold is the plugin's to say. A sink is used when it has a section, or with the analyzer it follows.
    """

    model_config = ConfigDict(extra="forbid")

    analyzers: dict[str, dict[str, Any]] = {}
    face_detectors: dict[str, dict[str, Any]] = {}
    sinks: dict[str, dict[str, Any]] = {}


class ShownSettings(BaseModel):
    """Section `[shown]`: what pages, reports and exports show beside the raw scores, which stay as they are."""

    model_config = ConfigDict(extra="forbid")

    half_life_seconds: ShownSeconds = 0.0
    """Half-life of the smoothing of each person's scores, in seconds of stream time; 0 leaves them unsmoothed."""
    calibrate_seconds: ShownSeconds = 0.0
    """How long, from a person's first appearance, their face counts as neutral for them; 0 leaves calibration out."""


class Settings(BaseSettings):
    """Settings of a run; an unknown key is an error that names the nearest valid one.

    Environment variables `MONITOR_STORE`, `MONITOR_EVERY_SECONDS`, … go before the file, the command line goes before
    both. The sections `shown`, `plugins` and `options` are JSON there: `MONITOR_PLUGINS='{"disabled": ["train"]}'`.
    """

    model_config = SettingsConfigDict(extra="forbid", env_prefix="MONITOR_")

    every_seconds: float = Field(0.5, gt=0, le=3600)
    """Distance of two samples, in seconds of stream time."""
    window_seconds: float = Field(5.0, gt=0, le=86400)
    """Length of a share window, in seconds of stream time."""
    store: str = "emotion-monitor.db"
    """Path of an SQLite file, or any SQLAlchemy URL."""
    analyzers: Annotated[list[str], NoDecode, BeforeValidator(_split), Field(min_length=1)] = ["face-fusion"]
    """Analyzers to run, by registered name; a list, or one string with commas."""
    face_detector: str = "auto"
    """A registered detector; `auto` takes one with a section [options.face_detectors.NAME], else the first."""
    runtime: str = "auto"
    """A registered inference runtime; `auto` takes the first that works."""
    batch_size: int = Field(16, ge=1, le=1024)
    """Most samples that analyzers see at once."""
    faults_in_a_row: int = Field(5, ge=1)
    """An analyzer that fails this many times in a row ends the run."""
    silent_seconds: float = Field(20.0, gt=0)
    """A live source that gives no frame for this long is reconnected."""
    picture_host: str = "127.0.0.1"
    """Address at which the engine serves live pictures; 0.0.0.0 opens them to the network."""
    picture_port: int = Field(0, ge=0, le=65535)
    """Port of the live pictures; 0 takes any free one."""
    dashboard_port: int = Field(8501, ge=1, le=65535)
    """Port of the dashboard."""
    shown: ShownSettings = ShownSettings()
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


def load_settings(config: Path | None = None, **overrides: Any) -> Settings:
    """Settings from `config` (by default `config.toml` in the working directory, where there is one).

    `overrides` that are None count as not given. Raises ConfigError for a missing file, a file that is not TOML, an
    unknown key (with the nearest valid name) or a value out of range.
    """
    path = config or DEFAULT_CONFIG
    if config is not None and not config.is_file():
        raise ConfigError(f"configuration file {config} does not exist")

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    try:
        return FromFile(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        raise ConfigError(f"{explain(error, Settings, '')} (in {path}, the environment or the options)") from None
    except SettingsError as error:
        name = next((field for field in Settings.model_fields if f'"{field}"' in str(error)), "")
        raise ConfigError(f"environment variable MONITOR_{name.upper()} must be JSON: {error.__cause__}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
