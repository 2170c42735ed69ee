"""A certification authority for one test, and a certificate for loopback that it signed."""

from blackbox.run import succeeded

from .server import program

DAYS = "2"
NAMES = "subjectAltName=IP:127.0.0.1,DNS:localhost"
CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def make_certificate(folder):
    """(authority, certificate, key): files in PEM."""
    authority, authority_key, asked = folder / "ca.pem", folder / "ca.key", folder / "server.csr"
    certificate, key, names = folder / "server.pem", folder / "server.key", folder / "names"
    names.write_text(NAMES)
    openssl = program("openssl")
    subject = ["-subj", "/CN=Tidemark tests"]
    succeeded([openssl, "req", "-x509", *CURVE, *subject, "-days", DAYS, "-keyout", authority_key, "-out", authority])
    succeeded([openssl, "req", "-new", *CURVE, "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", asked])
    signed = ["-CA", authority, "-CAkey", authority_key, "-CAcreateserial", "-days", DAYS, "-extfile", names]
    succeeded([openssl, "x509", "-req", "-in", asked, *signed, "-out", certificate])
    return authority, certificate, key
