"""What config.toml may say of the service, in its section `[options.commands.serve]`."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field


class ServeOptions(BaseModel):
    """Section `[options.commands.serve]`."""

    host: str = "127.0.0.1"
    """Address to serve at; any but this machine's own loopback needs a token (`monitor token new`)."""
    port: int = Field(8600, ge=0, le=65535)
    """Port; 0 takes any free one."""
    require_token: bool = False
    """Ask for a token at loopback too, as behind a proxy that passes on what comes from a network."""
    tls_certificate: Path | None = None
    """PEM file of a certificate: the service then speaks HTTPS."""
    tls_key: Path | None = None
    """PEM file of its key."""
    hosts: list[str] = []
    """Further names that this machine goes by, as they stand in the Host header."""
    origins: list[str] = []
    """Origins of web pages elsewhere that may use the service, such as https://lab.example.org."""
    most_body_bytes: int = Field(20_000_000, ge=1_000, le=1_000_000_000)
    """Largest request body."""
    most_pixels: int = Field(25_000_000, ge=1_000, le=178_956_970)
    """Largest picture, width times height; what its header says counts, before it is decoded."""
    most_pictures: int = Field(32, ge=1, le=1_000)
    """Most pictures in one request."""
    most_requests: int = Field(64, ge=1, le=10_000)
    """Most pictures' requests under way; further ones are answered with 429."""
    timeout_seconds: float = Field(30.0, gt=0, le=3600)
    """Longest that a request may take to arrive, and longest that its answer may take."""
    picture_hosts: list[str] = []
    """Hosts from which a picture may be fetched for a request {"url": ...}; none by default, and never private ones."""
    run_folders: list[Path] = []
    """Folders; what lies below them may be recorded over HTTP."""
    run_cameras: list[str] = []
    """Cameras that may be recorded over HTTP: numbers, or devices such as /dev/video0."""
    run_addresses: list[str] = []
    """Patterns of addresses that may be, with * and ? in host, port and path: rtsp://*.cameras.example.org:554/*."""
    most_runs: int = Field(2, ge=1, le=100)
    """Most runs under way at once."""
