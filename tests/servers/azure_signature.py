"""Requests signed with Azure's Shared Key, by the standard library: the second opinion on our own.

https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
"""

import base64
import hmac
import time
from dataclasses import dataclass
from urllib.parse import unquote, urlencode, urlsplit

from .http_call import call

VERSION = "2021-12-02"
SIGNED = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)


@dataclass(frozen=True)
class Account:
    name: str
    key: str  # Base64


def signed(account, method, url, body=b"", headers=None):
    parts = urlsplit(url)
    headers = {name.lower(): value for name, value in (headers or {}).items()}
    headers["x-ms-date"] = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
    headers["x-ms-version"] = VERSION
    if body or method == "PUT":
        headers["content-length"] = str(len(body))
    values = {**headers, "content-length": str(len(body)) if body else ""}
    named = [f"{name}:{headers[name]}" for name in sorted(headers) if name.startswith("x-ms-")]
    queries = sorted(unquote(word).partition("=")[::2] for word in parts.query.split("&") if word)
    resource = [f"/{account.name}{parts.path}", *(f"{name.lower()}:{value}" for name, value in queries)]
    to_sign = "\n".join([method, *(values.get(name, "") for name in SIGNED), *named, *resource])
    signature = hmac.digest(base64.b64decode(account.key), to_sign.encode(), "sha256")
    headers["authorization"] = f"SharedKey {account.name}:{base64.b64encode(signature).decode()}"
    return headers


def signed_call(account, method, url, body=b"", headers=None):
    return call(method, url, body, signed(account, method, url, body, headers))


def container_token(account, container, rights, expires):
    """A service SAS for all of a container, without the leading '?'.

    https://learn.microsoft.com/rest/api/storageservices/create-service-sas
    """
    resource = f"/blob/{account.name}/{container}"
    # Rights, start, expiry, resource, identifier, address, protocol, version, kind, snapshot, scope, five headers.
    to_sign = "\n".join([rights, "", expires, resource, "", "", "", VERSION, "c", "", "", *[""] * 5])
    signature = hmac.digest(base64.b64decode(account.key), to_sign.encode(), "sha256")
    words = {"sv": VERSION, "sr": "c", "sp": rights, "se": expires, "sig": base64.b64encode(signature).decode()}
    return urlencode(words)
