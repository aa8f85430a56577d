"""TLS, and the ways of a token to the server."""
import datetime
import os
import subprocess
import sys

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyspark.sql import SparkSession
from pyspark.sql.connect import proto

from firesteel_testing.server import Server, binary
from raw import USER


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Files of a certificate for localhost that signs itself, and of its key."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    signed = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
              .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
              .not_valid_after(now + datetime.timedelta(days=1))
              .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
              .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256()))
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                       serialization.NoEncryption()))
    return str(folder / "cert.pem"), str(folder / "key.pem")


CLIENT = """
import os, sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.remote(sys.argv[1]).create()
spark.client.set_retry_policies([])
assert spark.range(5).count() == 5
os._exit(0)
"""


def client(remote, certificate_file, folder):
    """How a client of its own process ends, that trusts this certificate alone."""
    script = folder / "client.py"
    script.write_text(CLIENT)
    environment = dict(os.environ, GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=certificate_file)
    return subprocess.run([sys.executable, str(script), remote], env=environment, capture_output=True, text=True, timeout=50)


def test_client_with_tls_and_token(own_server, certificate, tmp_path):
    token = tmp_path / "token"
    token.write_text("secret")
    server = Server(["--tls-cert", certificate[0], "--tls-key", certificate[1], "--token-file", str(token)])
    try:
        good = client(f"sc://localhost:{server.port}/;use_ssl=true;token=secret", certificate[0], tmp_path)
        assert good.returncode == 0, good.stderr
        wrong = client(f"sc://localhost:{server.port}/;use_ssl=true;token=guessed", certificate[0], tmp_path)
        assert wrong.returncode != 0 and "authenticat" in wrong.stderr.lower()
    finally:
        server.stop()


def test_plain_channel_to_a_server_with_tls(own_server, certificate):
    server = Server(["--tls-cert", certificate[0], "--tls-key", certificate[1]])
    try:
        stub = proto.SparkConnectServiceStub(grpc.insecure_channel(f"127.0.0.1:{server.port}"))
        with pytest.raises(grpc.RpcError) as error:
            stub.Config(proto.ConfigRequest(session_id="00112233-4455-6677-8899-aabbccddeeff", user_context=USER), timeout=10)
        assert error.value.code() == grpc.StatusCode.UNAVAILABLE
    finally:
        server.stop()


@pytest.mark.parametrize("arguments", [["--tls-cert", "{cert}"], ["--tls-key", "{key}"],
                                       ["--tls-cert", "{cert}", "--tls-key", "/no/such/file"],
                                       ["--tls-cert", "{key}", "--tls-key", "{cert}"]])
def test_certificate_that_is_none(own_server, certificate, arguments):
    filled = [a.format(cert=certificate[0], key=certificate[1]) for a in arguments]
    answer = subprocess.run([binary(), "serve", "--port", "0", *filled], capture_output=True, text=True, timeout=20)
    assert answer.returncode != 0 and "firesteel" in answer.stderr


def test_token_from_the_configuration(own_server):
    server = Server(["--conf", "spark.connect.authenticate.token=from-conf"])
    try:
        good = SparkSession.builder.remote(f"sc://localhost:{server.port}/;token=from-conf").create()
        assert good.range(3).count() == 3
        good.stop()
        stub = proto.SparkConnectServiceStub(grpc.insecure_channel(f"127.0.0.1:{server.port}"))
        request = proto.ConfigRequest(session_id="00112233-4455-6677-8899-aabbccddeeff", user_context=USER,
                                      operation=proto.ConfigRequest.Operation(get_all=proto.ConfigRequest.GetAll()))
        for metadata in ([], [("authorization", "Bearer from-con")], [("authorization", "from-conf")]):
            with pytest.raises(grpc.RpcError) as error:
                stub.Config(request, metadata=metadata, timeout=10)
            assert error.value.code() == grpc.StatusCode.UNAUTHENTICATED
    finally:
        server.stop()


def test_open_bind_with_a_token_or_insecure(own_server, tmp_path):
    token = tmp_path / "token"
    token.write_text("secret")
    for arguments in (["--token-file", str(token)], ["--insecure"]):
        server = Server(["--bind", "0.0.0.0", *arguments])
        server.stop()
        assert server.process.returncode == 0


def test_empty_token_file(own_server, tmp_path):
    (tmp_path / "token").write_text("\n")
    answer = subprocess.run([binary(), "serve", "--port", "0", "--token-file", str(tmp_path / "token")],
                            capture_output=True, text=True, timeout=20)
    assert answer.returncode != 0 and "empty" in answer.stderr
