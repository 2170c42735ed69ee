"""Secrets that are planted to be looked for, and a server that says all that it was told back again."""

import base64
import contextlib
import html
import http.server
import os
import secrets
import threading
from urllib.parse import quote


class Planted:
    """{kind: secret}, each with a text in it that nothing else has."""

    def __init__(self):
        self._values = {}

    def text(self, kind):
        return self.add(kind, f"Planted{secrets.token_hex(12)}")

    def key(self, kind):
        """32 bytes in Base64, without what is escaped in addresses."""
        while True:
            value = base64.b64encode(os.urandom(32)).decode()
            if not set("+/") & set(value):
                return self.add(kind, value)

    def add(self, kind, value):
        self._values[kind] = value
        return value

    def in_bytes(self, data):
        """The kinds that can be read there, as they are, escaped, or in Base64 (as of a login)."""
        return sorted(kind for kind, value in self._values.items() if any(form in data for form in forms(value)))

    def below(self, folder):
        """[(path, kind)] of all files below it, their names too."""
        found = []
        for path in sorted(folder.rglob("*")):
            data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            found += [(str(path), kind) for kind in self.in_bytes(os.fsencode(path) + b"\n" + data)]
        return found


def forms(value):
    core = value.strip("=")[:28]
    yield core.encode()
    yield quote(value, safe="").encode()
    for before in (b"", b"x", b"xx"):
        yield base64.b64encode(before + value.encode())[4:-4]


# A bucket whose listings are good, so that its objects are asked for: an SSE-C key goes with them alone.
LISTED = "/listed?"
DATE = "<LastModified>2026-01-01T00:00:00Z</LastModified>"
OBJECT = f"<Contents><Key>notes/0009/{{0}}-{{0}}.ltx</Key><Size>900</Size>{DATE}</Contents>"


def listing(path):
    objects = OBJECT.format("0" * 15 + "1") if path.endswith("prefix=notes%2F000") else ""
    return f"<ListBucketResult><Name>listed</Name><IsTruncated>false</IsTruncated>{objects}</ListBucketResult>"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answer = None  # (status, {header: text}, body), where {all} is what the request was
    heard = None  # what it said back, one a request

    def do_any(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = f"{self.command} {self.path} {' '.join(f'{name}: {value}' for name, value in self.headers.items())}"
        login = self.headers.get("Authorization", "")
        if login.startswith("Basic "):
            told += " " + base64.b64decode(login[6:]).decode(errors="replace")
        self.heard.append(told.encode())
        is_listing = "list-type=2" in self.path and LISTED in self.path
        status, headers, body = (200, {}, listing(self.path)) if is_listing else self.answer
        body = body.replace("{all}", html.escape(told)).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body)), "Retry-After": "600"}.items():
            self.send_header(name, value.replace("{all}", told).replace("{path}", self.path))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.close_connection = True

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = do_PROPFIND = do_MKCOL = do_MOVE = do_OPTIONS = do_any

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def parrot(answer, heard=None):
    """Gives its port. What it says back is put into `heard`."""
    kind = type("Parrot", (Handler,), {"answer": answer, "heard": [] if heard is None else heard})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # A client that hangs up is what is wanted.
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
