"""A replica in each form that a litestream.yml may have, and what a slip of the pen makes of the file."""

import re

REFUSED = "S3, keys in the URL"
AS_IT_SHOULD_BE = "as it should be"


def replicas_in_yml(planted, host):
    """(name, the lines of a replica) in each form that a litestream.yml may have."""
    identity, key = planted.text("access key id"), planted.text("secret access key")
    customer, account = planted.key("SSE-C key"), planted.key("account key")
    token, web, ssh = planted.text("SAS token"), planted.text("WebDAV password"), planted.text("SFTP password")
    both = {"access-key-id": identity, "secret-access-key": key}
    own = {"sse-customer-key": customer}
    login = {"webdav-username": "me", "webdav-password": web}
    at_azure = {"endpoint": f"http://{host}/acc"}
    yield "S3", {"type": "s3", "bucket": "b1", "path": "p", "endpoint": f"http://{host}", **both}
    yield "S3 by URL", {"url": f"s3://b2/p?endpoint=http://{host}", **both}
    yield "S3, SSE-C", {"type": "s3", "bucket": "b3", "endpoint": f"http://{host}", **both, **own}
    yield "S3, SSE-C by URL", {"url": f"s3://b4/p?endpoint=http://{host}&sseCustomerKey={customer}", **both}
    yield REFUSED, {"url": f"s3://{identity}:{key}@b5/p?endpoint=http://{host}"}
    yield "Azure", {"type": "abs", "account-name": "acc", "account-key": account, "bucket": "c1", **at_azure}
    yield "Azure by URL", {"url": f"abs://acc:{account}@c2/p", **at_azure}
    yield "Azure, token", {"url": "abs://acc@c3/p", "sas-token": f"sv=1&sig={token}", **at_azure}
    yield "SFTP", {"type": "sftp", "host": host, "user": "me", "path": "/p1", "password": ssh}
    yield "SFTP by URL", {"url": f"sftp://me:{ssh}@{host}/p2"}
    yield "WebDAV", {"type": "webdav", "webdav-url": f"http://{host}/1", **login}
    yield "WebDAV by URL", {"url": f"webdav://me:{web}@{host}/p2"}
    yield "WebDAV, login in its URL", {"type": "webdav", "webdav-url": f"http://me:{web}@{host}/p3"}


def yml_of(database, replica):
    lines = "".join(f"        {name}: '{value}'\n" for name, value in replica.items())
    return f"dbs:\n  - path: {database}\n    replicas:\n      - name: far\n{lines}"


# Each takes and gives the text of a file.
SLIPS = {
    AS_IT_SHOULD_BE: lambda text: text,
    "a tab": lambda text: text.replace("        ", "\t", 1),
    "quotes left open": lambda text: re.sub(r"'\n", "\n", text),
    "a bracket left open": lambda text: text.replace(": '", ": ['"),
    "values are lists": lambda text: re.sub(r": '(.*)'\n", r": ['\1', '\1']\n", text),
    "values are maps": lambda text: re.sub(r": '(.*)'\n", r": {x: '\1'}\n", text),
    "names changed": lambda text: re.sub(r"(\w+): '", r"\1x: '", text),
    "each line twice": lambda text: re.sub(r"( {8}.*\n)", r"\1\1", text),
    "no spaces behind colons": lambda text: text.replace(": '", ":'"),
    "a variable in it": lambda text: re.sub(r"'\n", "${NOT_SET}'\n", text),
    "values are names": lambda text: re.sub(r"        .*: '(.*)'\n", r"        '\1': 1\n", text),
    "values of the top": lambda text: re.sub(r"        (.*): '(.*)'\n", r"\2: \1\n", text),
    "an alias": lambda text: text.replace(": '", ": *'"),
    "a tag": lambda text: text.replace(": '", ": !!int '"),
    "cut off": lambda text: text[: len(text) * 3 // 4],
    "bytes": lambda text: text + "\x01\x02",
}
