"""The mail server is who its certificate says, or nothing is sent to it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.mail.backends.smtp import EmailBackend

from opportune.config.env import Environment
from opportune.kernel import clock


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[int]:
    """A server with a certificate that it has signed itself; its port."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "impostor.pem"
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    pem.write_bytes(private + certificate.public_bytes(encoding))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    listening = socket.create_server(("localhost", 0))

    def answer() -> None:
        with suppress(OSError):
            while True:
                visitor, _ = listening.accept()
                with suppress(OSError), context.wrap_socket(visitor, server_side=True) as speaking:
                    speaking.sendall(b"220 localhost\r\n")

    Thread(target=answer, daemon=True).start()
    yield listening.getsockname()[1]
    listening.close()


def test_a_mail_server_nobody_vouches_for_gets_no_password(impostor: int) -> None:
    given = Environment({"OPPORTUNE_SMTP_URL": f"smtps://me:secret@localhost:{impostor}"}).smtp() or {}
    backend = EmailBackend(
        host=given["EMAIL_HOST"],
        port=given["EMAIL_PORT"],
        username=given["EMAIL_HOST_USER"],
        password=given["EMAIL_HOST_PASSWORD"],
        use_ssl=given["EMAIL_USE_SSL"],
        use_tls=given["EMAIL_USE_TLS"],
        timeout=given["EMAIL_TIMEOUT"],
    )
    with pytest.raises(ssl.SSLCertVerificationError):
        backend.open()
