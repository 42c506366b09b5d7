"""The steps towards a host, one after the other: its name, the connection, the certificate."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from kie_cli.core.clock import Clock

PATIENCE = 3.0  # seconds for the connection, and for the certificate


def steps(url: str, clock: Clock) -> Iterator[str]:
    """
    Tell of each step to the host of `url` what it gave and how long it took.

    Sends no request, uses no proxy, raises nothing: the last line may be `STEP: why it failed`.
    """
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    began = clock.monotonic()

    def took() -> str:
        nonlocal began
        before, began = began, clock.monotonic()
        return f"{(began - before) * 1000:.0f} ms"

    step = "DNS"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        yield f"DNS {found[0][4][0]} ({took()})"
        step = "TCP"
        with socket.create_connection((host, port), PATIENCE) as connection:
            yield f"TCP {port} ({took()})"
            if secure:
                step = "TLS"
                context = ssl.create_default_context()
                with context.wrap_socket(connection, server_hostname=host) as line:
                    yield f"{line.version()} ({took()}), {_told(line.getpeercert() or {})}"
    except ssl.SSLCertVerificationError as error:
        yield f"TLS: {error.verify_message}"
    except (OSError, UnicodeError) as error:
        yield f"{step}: {getattr(error, 'strerror', None) or error}"


def _told(certificate: Mapping[str, object]) -> str:
    """Return who made a certificate, and until when it is good."""
    issuer = certificate.get("issuer", ())
    names = dict(pair for part in issuer for pair in part)  # type: ignore[attr-defined]
    by = names.get("organizationName") or names.get("commonName") or "an unknown issuer"
    end = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    return f"certificate by {by}, good until {end:%Y-%m-%d}"
