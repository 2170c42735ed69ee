"""Storages behind fault proxies, each with what can happen on the way to it, and what stands in it told by itself."""

import hashlib
from contextlib import ExitStack, contextmanager, suppress
from queue import Queue

from servers.azurite_blob import AzuriteBlob
from servers.moto_s3 import MotoS3
from servers.openssh import OpenSsh
from servers.proxy import FaultProxy
from servers.rclone_webdav import PASSWORD, USER, RcloneWebdav
from servers.storages import AzureStorage, S3Storage, sftp_address, text
from servers.versity_s3 import VersityS3

from blackbox.waiting import wait_until

EVER = {"times": 0}
WRITES = "PUT|POST|MOVE|MKCOL"
ELSEWHERE = {"Location": "http://elsewhere.example/x?sig=abc"}
OTHER_REGION = "<Error><Code>PermanentRedirect</Code><Message>Elsewhere.</Message><Bucket>b</Bucket></Error>"

# What a proxy that knows HTTP does. What stalls does so once: our patience with it is half a minute.
HTTP_WEATHER = {
    "answers cut after 10 bytes": {"fault": "cut", "after": 10, **EVER},
    "answers reset after 100 bytes": {"fault": "reset", "after": 100, **EVER},
    "requests cut after 100 bytes": {"fault": "cut", "where": "request", "after": 100, "method": WRITES, **EVER},
    "requests reset after 100 bytes": {"fault": "reset", "where": "request", "after": 100, "method": WRITES, **EVER},
    "a request stalls": {"fault": "stall", "where": "request", "after": 50, "method": "PUT"},
    "an answer stalls": {"fault": "stall", "method": "GET|PROPFIND"},
    "429": {"fault": "answer", "status": 429, **EVER},
    "429, Retry-After: 600": {"fault": "answer", "status": 429, "headers": {"Retry-After": "600"}, **EVER},
    "500": {"fault": "answer", "status": 500, "body": "<Error><Code>InternalError</Code></Error>", **EVER},
    "503": {"fault": "answer", "status": 503, **EVER},
    "503, Retry-After: 1": {"fault": "answer", "status": 503, "headers": {"Retry-After": "1"}, **EVER},
    "answers shorter than their length": {"fault": "length", "by": 100, **EVER},
    "answers longer than their length": {"fault": "length", "by": -20, **EVER},
    "half of each answer": {"fault": "half", **EVER},
    "a page in HTML": {"fault": "answer", "status": 200, "body": "html", **EVER},
    "redirect to another host": {"fault": "answer", "status": 307, "headers": ELSEWHERE, **EVER},
    "drip": {"fault": "drip", "bytes": 200, **EVER},
    "answers of writes lost": {"fault": "lose", "method": WRITES, **EVER},
    "refused": {"fault": "refuse", **EVER},
}
S3_WEATHER = {
    **HTTP_WEATHER,
    "redirect to another region": {
        "fault": "answer", "status": 301, "body": OTHER_REGION, "headers": {"x-amz-bucket-region": "eu-west-3"}, **EVER,
    },
}  # fmt: skip

DENIED = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
EXPIRED = "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"
FAILED_LOGIN = {"x-ms-error-code": "AuthenticationFailed"}

# Before sshd bytes are counted from the beginning of each connection: in the greeting, the login, the work.
TCP_WEATHER = {
    "answers cut after 100 bytes": {"fault": "cut", "after": 100, **EVER},
    "answers cut after 2,500 bytes": {"fault": "cut", "after": 2500, **EVER},
    "answers cut after 6,000 bytes": {"fault": "cut", "after": 6000, **EVER},
    "requests cut after 5,000 bytes": {"fault": "cut", "where": "request", "after": 5000, **EVER},
    "requests reset after 5,000 bytes": {"fault": "reset", "where": "request", "after": 5000, **EVER},
    "an answer stalls": {"fault": "stall", "after": 3500},
    "a request stalls": {"fault": "stall", "where": "request", "after": 5000},
    "a bit of each answer turned": {"fault": "flip", "after": 4000, **EVER},
    "a bit of each request turned": {"fault": "flip", "where": "request", "after": 4000, **EVER},
    "drip": {"fault": "drip", "bytes": 512, **EVER},
    "refused": {"fault": "refuse", **EVER},
}


class Objects:
    """A server of objects, as `description` of servers/storages.py has it."""

    description = None
    may_miss_amidst = {"an answer stalls": "whoever only writes on gets no answers with a body"}
    is_forgetful = False  # has nothing after a restart

    def __init__(self, server):
        self.server = server

    def env(self):
        return self._at("").variables

    def address(self, port, folder):
        return str(self._at(folder, port))

    def holds(self, folder):
        """{name: what another write of it would change}, as the server itself has it."""
        return {text(each, self.name_of): version_of(each) for each in settled(lambda: self._at(folder).listed(""))}

    def bytes_of(self, name):
        folder, _, rest = name.partition("/")
        return self._at(folder).bytes_of(rest)

    def unfinished(self, folder):
        return settled(self._at(folder).unfinished)

    def _at(self, folder, port=None):
        return self.description(self.server, folder, port)


def version_of(listed):
    return [text(listed, name) for name in ("ETag", "Etag", "LastModified", "Last-Modified")]


def settled(ask):
    """moto fails where another one writes at the same instant."""

    def asked():
        with suppress(AssertionError):
            return (ask(),)

    return wait_until(asked, 10, "a listing of the server's own", poll=0.2)[0]


class S3(Objects):
    description, name_of = S3Storage, "Key"
    weather = S3_WEATHER
    lapses = {
        "the key is expired": {"fault": "answer", "status": 400, "body": EXPIRED, **EVER},
        "no right any more": {"fault": "answer", "status": 403, "body": DENIED, **EVER},
        "no right to write": {"fault": "answer", "status": 403, "body": DENIED, "method": WRITES, **EVER},
    }
    in_parts = {"fault": "reset", "where": "request", "after": 1_000_000, "method": "PUT", "path": "partNumber=2"}
    last_of_parts = {"fault": "lose", "method": "POST", "path": "uploadId="}

    def address(self, port, folder):
        return self._at(folder, port).without_region


class Moto(S3):
    is_forgetful = True


class Azure(Objects):
    description, name_of = AzureStorage, "Name"
    weather = HTTP_WEATHER
    lapses = {"the key is expired": {"fault": "answer", "status": 403, "headers": FAILED_LOGIN, **EVER}}
    in_parts = {"fault": "reset", "where": "request", "after": 1_000_000, "method": "PUT", "path": "comp=block(&|$)"}
    last_of_parts = {"fault": "lose", "method": "PUT", "path": "comp=blocklist"}


class Files:
    """A server whose files can be looked at."""

    lapses = {}
    may_miss_amidst = {}  # weather that the work in its midst need not meet, and why
    is_forgetful = False

    def __init__(self, server):
        self.server = server

    def holds(self, folder):
        root = self.server.files
        paths = [path for path in (root / folder).rglob("*") if path.is_file()]
        return {str(path.relative_to(root)): self._version(path) for path in paths}

    def bytes_of(self, name):
        return (self.server.files / name).read_bytes()

    @staticmethod
    def _version(path):
        return path.stat().st_ino, hashlib.sha256(path.read_bytes()).hexdigest()

    def unfinished(self, _folder):
        return []  # lies beside the others


class WebDav(Files):
    weather = {name: rule for name, rule in HTTP_WEATHER.items() if name != "a request stalls"}
    lapses = {
        "the password is changed": {"fault": "answer", "status": 401, **EVER},
        "no right to write": {"fault": "answer", "status": 403, "method": WRITES, **EVER},
    }
    slow_weather = {"a request stalls": HTTP_WEATHER["a request stalls"]}  # it is waited for two minutes
    in_parts = {"fault": "reset", "where": "request", "after": 9_000_000, "method": "PUT"}
    last_of_parts = {"fault": "lose", "method": "MOVE"}

    def env(self):
        return {"TIDEMARK_WEBDAV_PASSWORD": PASSWORD}

    def address(self, port, folder):
        return f"webdav://{USER}@127.0.0.1:{port}/{folder}"


class Sftp(Files):
    weather = TCP_WEATHER
    in_parts = {"fault": "reset", "where": "request", "after": 9_000_000}
    last_of_parts = None

    def env(self):
        return {"TIDEMARK_SFTP_KEY": str(self.server.keys["ed25519"])}

    def address(self, port, folder):
        return sftp_address(self.server, port, self.server.files / folder)


STORAGES = {
    "moto": (MotoS3, Moto),
    "versitygw": (VersityS3, S3),
    "azurite": (AzuriteBlob, Azure),
    "rclone": (RcloneWebdav, WebDav),
    "sshd": (OpenSsh, Sftp),
}


@contextmanager
def storage_behind(name, proxies):
    """(the storage, a queue of so many proxies before it)."""
    server, storage = STORAGES[name]
    with ExitStack() as stack:
        running = stack.enter_context(server())
        free = Queue()
        for _ in range(proxies):
            free.put(stack.enter_context(FaultProxy(running)))
        yield storage(running), free
