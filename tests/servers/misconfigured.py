"""Places with one thing wrong, each made for real on loopback, for `tidemarkctl test`."""

import contextlib
import http.server
import json
import os
import socketserver
import ssl
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from servers.aws_signature import Key, signed_call
from servers.moto_s3 import BUCKET, text_of
from servers.server import free_port
from servers.test_ca import make_certificate

from blackbox.programs import Skip

NOBODY = 65534
DENIED = '<?xml version="1.0"?><Error><Code>{code}</Code><Message>No.</Message></Error>'
LONG_AGO = "Thu, 01 Jan 2026 00:00:00 GMT"


@dataclass
class Asked:
    """What a person typed, where."""

    storage: str
    env: dict = field(default_factory=dict)
    before: list = field(default_factory=list)  # words in front of the program


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    status, headers_sent, body = 200, {}, b""

    def do_any(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.status)
        for name, value in {**self.headers_sent, "Content-Length": len(self.body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(self.body)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = do_CONNECT = do_any
    do_PROPFIND = do_OPTIONS = do_MKCOL = do_MOVE = do_any

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def always(status=200, headers=None, certificate=None, host="127.0.0.1"):
    """A server that knows one answer. Gives its port."""
    kind = type("Always", (Handler,), {"status": status, "headers_sent": headers or {}})
    server = http.server.ThreadingHTTPServer((host, 0), kind)
    server.handle_error = lambda *_: None  # A client that hangs up is what is wanted.
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def greeting(text):
    """A server that says this to everybody, and waits until they leave. Gives its port."""

    class Greeter(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.sendall(text)
            with contextlib.suppress(OSError):
                while self.request.recv(1000):
                    pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Greeter) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def tls_server(folder, host):
    """The same behind TLS, with a certificate for 127.0.0.1. Gives the authority's and the port."""
    place = Path(tempfile.mkdtemp(prefix="tls-", dir=folder))
    authority, *certificate = make_certificate(place)
    with always(certificate=certificate, host=host) as port:
        yield authority, port


class S3:
    """One server and the ways in which somebody can miss it."""

    def __init__(self, server, proxy, folder):
        self.server, self.proxy, self.folder = server, proxy, folder

    def asked(self, bucket=BUCKET, options="", env=None, endpoint=None, before=()):
        endpoint = endpoint or f"http://127.0.0.1:{self.server.seen_port}"
        keys = {"AWS_ACCESS_KEY_ID": self.server.key.access, "AWS_SECRET_ACCESS_KEY": self.server.key.secret}
        return Asked(f"s3://{bucket}/notes?endpoint={endpoint}{options}", {**keys, **(env or {})}, list(before))

    @contextlib.contextmanager
    def weather(self, **rule):
        self.proxy.rule("answer", times=0, **rule)
        try:
            yield self.asked()
        finally:
            self.proxy.clear()

    def says(self, status, code, method="", **headers):
        return self.weather(status=status, method=method, body=DENIED.format(code=code), headers=headers)

    @contextlib.contextmanager
    def with_rights(self, *rights):
        """A user of moto that may do these things and nothing else."""
        name = "-".join(rights).replace("s3:", "").lower()
        admin = Key(self.server.key.access, self.server.key.secret, self.server.key.region, "iam")

        def iam(action, **words):
            body = urlencode({"Action": action, "Version": "2010-05-08", **words}).encode()
            form = {"content-type": "application/x-www-form-urlencoded"}
            answer = signed_call(admin, "POST", f"{self.server.url}/", body, form)
            assert answer.status == 200, answer.text()
            return answer

        rules = {"Effect": "Allow", "Action": list(rights), "Resource": "*"}
        iam("CreateUser", UserName=name)
        policy = json.dumps({"Version": "2012-10-17", "Statement": [rules]})
        made = iam("CreatePolicy", PolicyName=name, PolicyDocument=policy)
        iam("AttachUserPolicy", UserName=name, PolicyArn=text_of(made, "Arn"))
        key = iam("CreateAccessKey", UserName=name)
        names = {"AWS_ACCESS_KEY_ID": "AccessKeyId", "AWS_SECRET_ACCESS_KEY": "SecretAccessKey"}
        yield self.asked(env={variable: text_of(key, name) for variable, name in names.items()})

    @contextlib.contextmanager
    def over_tls(self, host="127.0.0.1", knows_authority=False):
        with tls_server(self.folder, host) as (authority, port):
            option = f"&ca={authority}" if knows_authority else ""
            yield self.asked(endpoint=f"https://{host}:{port}", options=option)

    @contextlib.contextmanager
    def behind_proxy(self, status, scheme="http"):
        """The system's proxy as the environment names it; none at all where status is 0."""
        with contextlib.ExitStack() as stack:
            login = {"Proxy-Authenticate": 'Basic realm="office"'}
            port = stack.enter_context(always(status, login)) if status else free_port()
            proxy = f"http://127.0.0.1:{port}"
            yield self.asked(endpoint=f"{scheme}://storage.example", env={f"{scheme}_proxy": proxy, "no_proxy": ""})

    @contextlib.contextmanager
    def plain_where_tls_is_meant(self):
        yield self.asked(endpoint=f"https://127.0.0.1:{self.server.seen_port}")

    @contextlib.contextmanager
    def tls_where_plain_is_meant(self):
        place = self.folder / "tls-unasked"
        place.mkdir()
        _, *certificate = make_certificate(place)
        with always(certificate=certificate) as port:
            yield self.asked(endpoint=f"http://127.0.0.1:{port}")

    @contextlib.contextmanager
    def cut_off(self):
        self.proxy.rule("refuse", times=0)
        try:
            yield self.asked()
        finally:
            self.proxy.clear()


@contextlib.contextmanager
def locked_folder(folder):
    place = folder / "locked"
    place.mkdir()
    place.chmod(0o555)
    by_nobody = ["setpriv", f"--reuid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    yield Asked(str(place), before=by_nobody)


@contextlib.contextmanager
def small_disk(place, options):
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        raise Skip("no right to mount a disk")
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True)


@contextlib.contextmanager
def full_disk(folder):
    place = folder / "full"
    place.mkdir()
    with small_disk(place, "size=64k"):
        with contextlib.suppress(OSError), open(place / "large", "wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        yield Asked(str(place))


@contextlib.contextmanager
def read_only_disk(folder):
    place = folder / "read-only"
    place.mkdir()
    with small_disk(place, "ro"):
        yield Asked(str(place))
