"""Requests signed as Amazon's Signature Version 4 has it, by the standard library: the second opinion on our own.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

import hashlib
import hmac
import time
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from .http_call import call


@dataclass(frozen=True)
class Key:
    access: str
    secret: str
    region: str = "us-east-1"
    service: str = "s3"


def signed(key, method, url, body=b"", headers=None):
    """The headers with which the request is sent. The query is taken as it stands and put into order."""
    parts = urlsplit(url)
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {name.lower(): value for name, value in (headers or {}).items()}
    headers["host"] = parts.netloc
    headers["x-amz-date"] = now
    headers.setdefault("x-amz-content-sha256", hashlib.sha256(body).hexdigest())
    names = ";".join(sorted(headers))
    query = "&".join(sorted(word if "=" in word else word + "=" for word in parts.query.split("&") if word))
    canonical = "\n".join(
        [
            method,
            quote(parts.path or "/", safe="/~%"),
            query,
            *(f"{name}:{headers[name].strip()}" for name in sorted(headers)),
            "",
            names,
            headers["x-amz-content-sha256"],
        ]
    )
    scope = f"{now[:8]}/{key.region}/{key.service}/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    secret = ("AWS4" + key.secret).encode()
    for word in scope.split("/"):
        secret = hmac.digest(secret, word.encode(), "sha256")
    signature = hmac.digest(secret, to_sign.encode(), "sha256").hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key.access}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return headers


def signed_call(key, method, url, body=b"", headers=None):
    return call(method, url, body, signed(key, method, url, body, headers))
