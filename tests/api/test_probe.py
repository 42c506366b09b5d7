from __future__ import annotations

import socket
import ssl
import threading

import pytest
import trustme
from fakes import FakeClock

from kie_cli.api.probe import steps


@pytest.fixture
def secure_port():
    """A port that speaks TLS once, and the authority that it is trusted by."""
    authority = trustme.CA(organization_name="A \x1b[2J Trust")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)

    def serve():
        connection, _ = listener.accept()
        connection.settimeout(10)
        try:
            with context.wrap_socket(connection, server_side=True) as line:
                line.recv(1)
        except OSError:
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], authority
        thread.join(10)


def test_a_trusted_host_tells_its_issuer_and_expiry(secure_port, monkeypatch, tmp_path):
    port, authority = secure_port
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    name, connection, certificate = steps(f"https://localhost:{port}/x", FakeClock())

    assert name.startswith("DNS ")
    assert connection == f"TCP {port} (0 ms)"
    assert certificate.startswith("TLSv1.3 (0 ms), certificate by A \x1b[2J Trust, good until ")


def test_a_host_that_is_not_trusted_tells_why(secure_port):
    *_, last = steps(f"https://localhost:{secure_port[0]}", FakeClock())
    assert last.startswith("TLS: ")
    assert "certificate" in last


def test_a_closed_port_tells_that():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        *_, last = steps(f"http://127.0.0.1:{taken.getsockname()[1]}", FakeClock())
    assert last == "TCP: Connection refused"


@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b"])
def test_a_name_that_does_not_resolve_tells_that(host):
    (only,) = steps(f"https://{host}", FakeClock())
    assert only.startswith("DNS: ")
