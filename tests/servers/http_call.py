"""One HTTP request to a server on this computer, by the standard library and no proxy."""

import http.client
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

LIMIT_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict  # names in lower case
    body: bytes

    def text(self):
        return self.body.decode(errors="replace")


def call(method, url, body=b"", headers=None, ca=None):
    """Whatever the status. The path and query go out as they are. OSError or HTTPException when there is no answer."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=ca)
        connection = http.client.HTTPSConnection(parts.netloc, timeout=LIMIT_SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=LIMIT_SECONDS)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body=body or None, headers=headers or {})
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, names, answer.read())
    finally:
        connection.close()


def answers(url, ca=None):
    """Whether anything that is HTTP comes back."""
    try:
        call("GET", url, ca=ca)
        return True
    except (OSError, http.client.HTTPException):
        return False
