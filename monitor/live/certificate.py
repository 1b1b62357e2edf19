"""The certificate with which a server speaks HTTPS."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, each a PEM file that was tried."""

    certificate: Path
    key: Path

    @classmethod
    def read(cls, certificate: Path | None, key: Path | None) -> Certificate | None:
        """None where neither is given. Raises ConfigError where only one is, or where they do not go together."""
        if certificate is None and key is None:
            return None
        if certificate is None or key is None:
            raise ConfigError("tls_certificate and tls_key go together: give both, or neither")
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
            raise ConfigError(
                f"{certificate} and {key} are no certificate with its key ({reason}); both must be PEM files, the key "
                "without a password"
            ) from None
        return cls(certificate, key)

    @property
    def files(self) -> tuple[str, str]:
        """Both as arguments of a command."""
        return str(self.certificate), str(self.key)
