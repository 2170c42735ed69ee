"""Puts one object onto a running server and reads it back, as any client would: no code of Tidemark's.

ways(server) gives {what is tried: function}; each raises AssertionError when it does not work.
"""

import base64
import os
import stat
import urllib.request

from blackbox.run import ended

from . import aws_signature, azure_signature
from .apache_webdav import ApacheWebdav
from .azurite_blob import ACCOUNT, AzuriteBlob
from .http_call import call
from .openssh import OpenSsh
from .rclone_webdav import PASSWORD, USER, RcloneWebdavTls
from .server import program
from .ssh_keys import PASSPHRASE
from .storages import AzureStorage, S3Storage

BODY = b"the first object"
NAME = "first object"
QUOTED = "first%20object"
OF_PAGES = ["1", "2", "3", "4", "5"]
WRITTEN = (201, 204)  # anew, or over what was there
WRONG_KEY = base64.b64encode(b"wrong" * 10).decode()


def same(answer):
    assert (answer.status, answer.body) == (200, BODY), f"{answer.status} {answer.text()}"


def in_pages(storage, few):
    assert len(storage.listed("", few)) == len(OF_PAGES)
    assert [file.name for file in storage.files("")] == OF_PAGES


def s3(server):
    given = server.variables()
    url = f"{given['TIDEMARK_TEST_S3_ENDPOINT']}/{given['TIDEMARK_TEST_S3_BUCKET']}/{QUOTED}"

    def put_and_get():
        put = aws_signature.signed_call(server.key, "PUT", url, BODY)
        assert put.status == 200, put.text()
        same(aws_signature.signed_call(server.key, "GET", url))

    def a_wrong_signature_is_refused():
        wrong = aws_signature.Key(server.key.access, "wrong", server.key.region)
        assert aws_signature.signed_call(wrong, "GET", url).status == 403
        assert call("GET", url).status == 403

    def a_listing_goes_on_over_pages():
        for name in OF_PAGES:
            put = aws_signature.signed_call(server.key, "PUT", url.replace(QUOTED, f"paged/{name}"), BODY)
            assert put.status == 200, put.text()
        in_pages(S3Storage(server, "paged"), "&max-keys=2")

    return {
        "put and get": put_and_get,
        "a wrong signature is refused": a_wrong_signature_is_refused,
        "a listing goes on over pages": a_listing_goes_on_over_pages,
    }


def azure(server):
    given = server.variables()
    url = f"{given['TIDEMARK_TEST_AZURE_ENDPOINT']}/{given['TIDEMARK_TEST_AZURE_CONTAINER']}/{QUOTED}"

    def put_and_get():
        put = azure_signature.signed_call(ACCOUNT, "PUT", url, BODY, {"x-ms-blob-type": "BlockBlob"})
        assert put.status == 201, put.text()
        same(azure_signature.signed_call(ACCOUNT, "GET", url))

    def a_wrong_key_is_refused():
        wrong = azure_signature.Account(ACCOUNT.name, WRONG_KEY)
        assert azure_signature.signed_call(wrong, "GET", url).status == 403

    def a_listing_goes_on_over_pages():
        for name in OF_PAGES:
            kind = {"x-ms-blob-type": "BlockBlob"}
            put = azure_signature.signed_call(ACCOUNT, "PUT", url.replace(QUOTED, f"paged/{name}"), BODY, kind)
            assert put.status == 201, put.text()
        in_pages(AzureStorage(server, "paged"), "&maxresults=2")

    return {
        "put and get": put_and_get,
        "a wrong key is refused": a_wrong_key_is_refused,
        "a listing goes on over pages": a_listing_goes_on_over_pages,
    }


def webdav(server):
    tls = isinstance(server, RcloneWebdavTls)
    url = f"{'https' if tls else 'http'}://127.0.0.1:{server.seen_port}/{QUOTED}"
    ca = server.authority if tls else None
    basic = {"Authorization": "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}

    def put_and_get():
        assert call("PUT", url, BODY, basic, ca).status in WRITTEN
        same(call("GET", url, headers=basic, ca=ca))

    def nobody_is_refused():
        assert call("GET", url, ca=ca).status == 401

    return {"put and get": put_and_get, "nobody is refused": nobody_is_refused}


def digest(server):
    url = f"http://127.0.0.1:{server.seen_port}/{QUOTED}"

    def opener(password):
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, url, USER, password)
        handlers = urllib.request.HTTPDigestAuthHandler(passwords), urllib.request.ProxyHandler({})
        return urllib.request.build_opener(*handlers)

    def put_and_get():
        known = opener(PASSWORD)
        assert known.open(urllib.request.Request(url, data=BODY, method="PUT")).status in WRITTEN
        assert known.open(url).read() == BODY

    def a_wrong_password_is_refused():
        try:
            opener("wrong").open(url)
        except (ValueError, OSError):
            return
        raise AssertionError("it was let in")

    return {"put and get": put_and_get, "a wrong password is refused": a_wrong_password_is_refused}


def sftp(server):
    given = server.variables()
    secret = server.folder / "askpass"

    def put_and_get(*options, agent=False, answer=None):
        here, there, back = server.folder / "here", f"{given['TIDEMARK_TEST_SFTP_PATH']}/{NAME}", server.folder / "back"
        here.write_bytes(BODY)
        batch = server.folder / "batch"
        batch.write_text(f'-rm "{there}"\nput {here} "{there}"\nget "{there}" {back}\n')
        env = {"PATH": os.environ["PATH"], "HOME": str(server.folder)}
        env |= {"SSH_AUTH_SOCK": given["SSH_AUTH_SOCK"]} if agent else {}
        if answer:
            secret.write_text(f"#!/bin/sh\necho '{answer}'\n")
            secret.chmod(stat.S_IRWXU)
            env |= {"SSH_ASKPASS": str(secret), "SSH_ASKPASS_REQUIRE": "force"}
        # Before -b, which else forbids to ask for secrets.
        words = [program("sftp"), "-q", "-F", "none", "-o", f"BatchMode={'no' if answer else 'yes'}", "-b", batch]
        words += ["-o", f"UserKnownHostsFile={server.known_hosts}", "-o", "StrictHostKeyChecking=yes"]
        words += [word for option in options for word in ("-o", option)]
        done = ended([*words, "-P", server.seen_port, f"{server.user}@127.0.0.1"], env=env)
        assert done.code == 0, done.stderr
        assert back.read_bytes() == BODY

    def by_key(path, answer=None):
        return lambda: put_and_get("IdentitiesOnly=yes", f"IdentityFile={path}", answer=answer)

    def by(method):
        chosen = "PubkeyAuthentication=no", f"PreferredAuthentications={method}"
        return lambda: put_and_get(*chosen, answer=server.password)

    def another_host_key_is_seen():
        server.change_host_key()
        try:
            by_key(server.keys["ed25519"])()
        except AssertionError:
            server.know_host_keys()
            return by_key(server.keys["ed25519"])()
        raise AssertionError("the client saw no difference")

    tried = {f"put and get by {kind} key": by_key(path) for kind, path in server.keys.items()}
    tried["put and get by a locked key"] = by_key(server.locked_key, PASSPHRASE)
    tried["put and get by the agent"] = lambda: put_and_get(agent=True)
    if server.password:
        tried |= {f"put and get by {method}": by(method) for method in ("password", "keyboard-interactive")}
    return tried | {"another host key is seen": another_host_key_is_seen}


def ways(server):
    for kind, made in ((AzuriteBlob, azure), (ApacheWebdav, digest), (OpenSsh, sftp)):
        if isinstance(server, kind):
            return made(server)
    return s3(server) if server.prefix == "S3" else webdav(server)
