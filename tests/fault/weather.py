"""Storages behind fault proxies, each with what can happen on the way to it, and what stands in it told by itself."""

import hashlib
from contextlib import ExitStack, contextmanager
from queue import Queue
from urllib.parse import quote
from xml.etree import ElementTree

from servers.aws_signature import signed_call as s3_call
from servers.azure_signature import signed_call as azure_call
from servers.azurite_blob import ACCOUNT, CONTAINER, AzuriteBlob
from servers.moto_s3 import BUCKET, MotoS3
from servers.openssh import OpenSsh
from servers.proxy import FaultProxy
from servers.rclone_webdav import PASSWORD, USER, RcloneWebdav
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


def elements(answer, name):
    root = ElementTree.fromstring(answer.body)
    return [each for each in root.iter() if each.tag.rpartition("}")[2] == name]


def value(element, name):
    return next((each.text or "" for each in element.iter() if each.tag.rpartition("}")[2] == name), "")


class S3:
    weather = S3_WEATHER
    in_parts = {"fault": "reset", "where": "request", "after": 1_000_000, "method": "PUT", "path": "partNumber=2"}
    last_of_parts = {"fault": "lose", "method": "POST", "path": "uploadId="}
    is_forgetful = False  # has nothing after a restart

    def __init__(self, server):
        self.server = server

    def env(self):
        return {"AWS_ACCESS_KEY_ID": self.server.key.access, "AWS_SECRET_ACCESS_KEY": self.server.key.secret}

    def address(self, port, folder):
        return f"s3://{BUCKET}/{folder}?endpoint=http://127.0.0.1:{port}"

    def holds(self, folder):
        """{name: what another write of it would change}, as the server itself has it."""
        answer = self._ask(f"list-type=2&max-keys=1000&prefix={folder}%2F")
        rows = elements(answer, "Contents")
        return {value(row, "Key"): (value(row, "ETag"), value(row, "LastModified")) for row in rows}

    def bytes_of(self, name):
        return s3_call(self.server.key, "GET", f"http://127.0.0.1:{self.server.port}/{BUCKET}/{name}").body

    def unfinished(self, folder):
        return [value(row, "Key") for row in elements(self._ask(f"prefix={folder}%2F&uploads="), "Upload")]

    def _ask(self, query):
        def asked():
            answer = s3_call(self.server.key, "GET", f"http://127.0.0.1:{self.server.port}/{BUCKET}?{query}")
            return answer if answer.status == 200 else None

        # moto fails where another one writes at the same instant.
        return wait_until(asked, 10, "a listing of the server's own", poll=0.2)


class Moto(S3):
    is_forgetful = True


class Azure:
    weather = HTTP_WEATHER
    in_parts = {"fault": "reset", "where": "request", "after": 1_000_000, "method": "PUT", "path": "comp=block(&|$)"}
    last_of_parts = {"fault": "lose", "method": "PUT", "path": "comp=blocklist"}
    is_forgetful = False

    def __init__(self, server):
        self.server = server

    def env(self):
        return {"AZURE_STORAGE_KEY": ACCOUNT.key}

    def address(self, port, folder):
        return f"abs://{ACCOUNT.name}@{CONTAINER}/{folder}?endpoint=http://127.0.0.1:{port}/{ACCOUNT.name}"

    def holds(self, folder):
        return {value(row, "Name"): (value(row, "Etag"), value(row, "Last-Modified")) for row in self._blobs(folder)}

    def bytes_of(self, name):
        return azure_call(ACCOUNT, "GET", f"{self.server.account_url(self.server.port)}/{CONTAINER}/{name}").body

    def unfinished(self, folder):
        names = {value(row, "Name") for row in self._blobs(folder, "&include=uncommittedblobs")}
        return sorted(names - set(self.holds(folder)))

    def _blobs(self, folder, more=""):
        place = f"{self.server.account_url(self.server.port)}/{CONTAINER}"
        query = f"comp=list&prefix={quote(folder + '/', safe='')}&restype=container{more}"
        answer = azure_call(ACCOUNT, "GET", f"{place}?{query}")
        assert answer.status == 200, answer.text()
        return elements(answer, "Blob")


class Files:
    """A server whose files can be looked at."""

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
        known = self.server.known_hosts
        return f"sftp://{self.server.user}@127.0.0.1:{port}{self.server.files}/{folder}?known-hosts={known}"


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
