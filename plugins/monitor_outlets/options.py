"""What config.toml may say of outlets, in its sections `[outlets.NAME]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from monitor.errors import ConfigError
from monitor.mistakes import explain

Kind = Literal["alert", "window", "observation"]


class Options(BaseModel):
    """What every outlet may be told."""

    model_config = ConfigDict(extra="forbid")

    send: list[Kind] = Field(["alert"], min_length=1)
    """What is sent: alerts, windows of shares once they are complete, observations."""
    most_waiting: int = Field(1000, ge=1, le=1_000_000)
    """Messages that may wait while the other side is slow or gone; beyond that the oldest are dropped and counted."""


class WebhookOptions(Options):
    """Section `[outlets.webhook]`."""

    url: str = Field(pattern=r"^https?://[^/\s]+")
    """Where messages are sent with POST."""
    secret: SecretStr | None = None
    """Key of the signature in the header X-Monitor-Signature; without it there is none."""
    timeout_seconds: float = Field(10.0, gt=0, le=300)


class MqttOptions(Options):
    """Section `[outlets.mqtt]`."""

    host: str = Field(min_length=1)
    port: int = Field(1883, ge=1, le=65535)
    topic: str = Field("emotion-monitor", pattern=r"^[^+#\s/][^+#\s]*$")
    """What every topic begins with."""
    username: str | None = None
    password: SecretStr | None = None
    tls: bool = False
    """Encrypted, with the certificates that the system trusts."""
    timeout_seconds: float = Field(10.0, gt=0, le=300)


class OscOptions(Options):
    """Section `[outlets.osc]`."""

    send: list[Kind] = Field(["alert", "observation"], min_length=1)
    host: str = "127.0.0.1"
    port: int = Field(9000, ge=1, le=65535)
    prefix: str = Field("/monitor", pattern=r"^(/[\w.-]+)*$")
    """What every address begins with."""


class LslOptions(Options):
    """Section `[outlets.lsl]`."""

    send: list[Kind] = Field(["alert", "observation"], min_length=1)
    name: str = Field("EmotionMonitor", min_length=1, max_length=100)
    """What the names of the streams begin with."""


class OutletsOptions(BaseModel):
    """All sections `[outlets.NAME]`."""

    model_config = ConfigDict(extra="forbid")

    webhook: WebhookOptions | None = None
    mqtt: MqttOptions | None = None
    osc: OscOptions | None = None
    lsl: LslOptions | None = None

    def chosen(self) -> dict[str, Options]:
        """The outlets that have a section, by name."""
        return {name: options for name in type(self).model_fields if (options := getattr(self, name)) is not None}


def read_outlets(sections: Mapping[str, Any]) -> OutletsOptions:
    """The sections of config.toml as options. Raises ConfigError for what does not exist or has a wrong value."""
    try:
        return OutletsOptions.model_validate(sections)
    except ValidationError as error:
        raise ConfigError(f"{explain(error, OutletsOptions, 'outlets')} (in config.toml)") from None
