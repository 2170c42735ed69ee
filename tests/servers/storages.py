"""A replica on a server: its address for us, its settings for Litestream, and what anybody sees there who asks
the server itself. The verbs are those of blackbox/folder.py.
"""

import contextlib
import email.utils
import shutil
from urllib.parse import quote
from xml.etree import ElementTree

from blackbox.folder import File, Folder
from blackbox.moment import parse_time

from . import aws_signature, azure_signature
from .azurite_blob import ACCOUNT, CONTAINER, AzuriteBlob
from .moto_s3 import BUCKET, MotoS3
from .openssh import OpenSsh
from .versity_s3 import VersityS3

PATH = "some/where"  # of the replica in the bucket, the container, the user's folder


class ObjectStorage:
    """Objects behind HTTP. A kind gives `_page(prefix, mark, more)`: what is listed, as XML, and the next mark;
    `_file(listed)`: what that is; and `_get(name)`."""

    whole_seconds = False
    is_far = True

    def __init__(self, server, path=PATH, port=None):
        self._server = server
        self._path = path
        self._port = port  # where the replicators find it, unless that is where everybody does

    def files(self, under):
        found = [self._file(listed) for listed in self.listed(under)]
        return sorted(File(file.name.removeprefix(f"{self._path}/"), file.modified) for file in found)

    def listed(self, under, more=""):
        """What the server says of each object, of all pages; `more` is asked for besides."""
        found, mark = [], ""
        while True:
            page, mark = self._page(f"{self._path}/{under}".rstrip("/") + "/", mark, more)
            found += page
            if not mark:
                return found

    @staticmethod
    def level(number=None):
        return Folder.level(number)

    def change(self):
        newest = self.files(self.level(0))[-1:]
        return newest[0].name if newest else 0

    def copies(self, under, folder):
        made = []
        for file in self.files(under):
            path = folder / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.bytes_of(file.name))
            made.append(path)
        return made

    def bytes_of(self, name):
        return checked(self._get(f"{self._path}/{name}")).body


class S3Storage(ObjectStorage):
    def __str__(self):
        return f"{self.without_region}&region={self._server.key.region}&force-path-style=true"

    @property
    def without_region(self):
        return f"s3://{BUCKET}/{self._path}?endpoint={self._endpoint}"

    @staticmethod
    def level(number=None):
        return "" if number is None else f"{number:04x}"

    @property
    def variables(self):
        key = self._server.key
        return {"AWS_ACCESS_KEY_ID": key.access, "AWS_SECRET_ACCESS_KEY": key.secret}

    def for_litestream(self):
        key = self._server.key
        given = {"type": "s3", "bucket": BUCKET, "path": self._path, "endpoint": self._endpoint, "region": key.region}
        return given | {
            "force-path-style": True, "access-key-id": key.access, "secret-access-key": key.secret
        }

    @property
    def _endpoint(self):
        return f"http://127.0.0.1:{self._port or self._server.seen_port}"

    def remove_all(self):
        for file in self.files(""):
            self._asked(f"/{quote(self._path)}/{quote(file.name)}", "DELETE")

    def _asked(self, target, method="GET"):
        # Past a proxy, which counts what the replicators do.
        url = f"http://127.0.0.1:{self._server.port}/{BUCKET}{target}"
        return aws_signature.signed_call(self._server.key, method, url)

    def unfinished(self):
        """Names of uploads in parts that nobody ended."""
        answer = checked(self._asked(f"?prefix={quote(self._path)}%2F&uploads="))
        return [text(upload, "Key") for upload in named(ElementTree.fromstring(answer.body), "Upload")]

    def _page(self, prefix, mark, more):
        token = f"&continuation-token={quote(mark, safe='')}" if mark else ""
        answer = checked(self._asked(f"?list-type=2&prefix={quote(prefix, safe='')}{token}{more}"))
        page = ElementTree.fromstring(answer.body)
        return named(page, "Contents"), text(page, "NextContinuationToken")

    @staticmethod
    def _file(listed):
        return File(text(listed, "Key"), parse_time(text(listed, "LastModified")))

    def _get(self, name):
        return self._asked(f"/{quote(name)}")


class AzureStorage(ObjectStorage):
    variables = {"AZURE_STORAGE_KEY": ACCOUNT.key}

    def __str__(self):
        return f"abs://{ACCOUNT.name}@{CONTAINER}/{self._path}?endpoint={self._endpoint}"

    def for_litestream(self):
        place = {"type": "abs", "bucket": CONTAINER, "path": self._path, "endpoint": self._endpoint}
        return place | {"account-name": ACCOUNT.name, "account-key": ACCOUNT.key}

    @property
    def _endpoint(self):
        return self._server.account_url(self._port or self._server.seen_port)

    def _asked(self, target):
        url = f"{self._server.account_url(self._server.port)}/{CONTAINER}{target}"
        return azure_signature.signed_call(ACCOUNT, "GET", url)

    def unfinished(self):
        """Names of blobs that have blocks and were never committed."""
        written = {text(blob, "Name") for blob in self.listed("")}
        begun = {text(blob, "Name") for blob in self.listed("", "&include=uncommittedblobs")}
        return sorted(begun - written)

    def _page(self, prefix, mark, more):
        query = f"?restype=container&comp=list&prefix={quote(prefix, safe='')}{more}"
        page = ElementTree.fromstring(checked(self._asked(query + (f"&marker={quote(mark)}" if mark else ""))).body)
        return named(page, "Blob"), text(page, "NextMarker")

    @staticmethod
    def _file(listed):
        return File(text(listed, "Name"), email.utils.parsedate_to_datetime(text(listed, "Last-Modified")))

    def _get(self, name):
        return self._asked(f"/{quote(name)}")


def sftp_address(server, port, path):
    """Without what lets in."""
    return f"sftp://{server.user}@127.0.0.1:{port}{path}?known-hosts={server.known_hosts}"


class SftpStorage(Folder):
    """The server is on this computer: its files can be looked at without it."""

    variables = {}
    whole_seconds = True
    is_far = True

    def __init__(self, server, path=PATH):
        super().__init__(server.files / path)
        self._server = server
        # We ask for a folder that is there: an empty mount point must not become a replica.
        self.path.mkdir(parents=True, exist_ok=True)
        for folder in (self.path, *self.path.parents):
            if folder.is_relative_to(server.files):
                shutil.chown(folder, server.user)

    def __str__(self):
        return f"{sftp_address(self._server, self._server.seen_port, self.path)}&key={self._server.keys['ed25519']}"

    def files(self, under):
        """With the times that the protocol tells."""
        return [File(file.name, file.modified.replace(microsecond=0)) for file in super().files(under)]

    def for_litestream(self):
        # Of the keys that the server has Go's client takes the ECDSA one, whichever is given here.
        host_key = (self._server.folder / "host_ecdsa.pub").read_text().strip()
        place = {"type": "sftp", "host": f"127.0.0.1:{self._server.seen_port}", "path": str(self.path)}
        return place | {
            "user": self._server.user, "key-path": str(self._server.keys["ed25519"]), "host-key": host_key
        }


KINDS = {
    "s3": (MotoS3, S3Storage),
    "versitygw": (VersityS3, S3Storage),
    "azure": (AzuriteBlob, AzureStorage),
    "sftp": (OpenSsh, SftpStorage),
}


@contextlib.contextmanager
def storage(kind, place):
    """A place for one replica: "folder" in that of the test, else on a server that runs as long."""
    if kind == "folder":
        yield Folder(place.path("replica", "x").parent)
        return
    server, made = KINDS[kind]
    with server() as running:
        yield made(running)


def checked(answer):
    assert answer.status == 200, f"{answer.status} {answer.text()}"
    return answer


def named(element, name):
    return [one for one in element.iter() if one.tag.rpartition("}")[2] == name]


def text(element, name):
    found = named(element, name)
    return found[0].text or "" if found else ""
