#!/usr/bin/env python3
"""Secrets are planted wherever they may stand, everything is made to fail, and then they are looked for in all that
comes out: what is said and shown, everything below the user's folders, the list of processes, the control
socket's answer, and the objects of a replica.

The environment of a process and the files that a user wrote are his own. Core files are the system's to allow: the
scene that aborts forbids them, as whoever keeps secrets in an environment should.
"""

import argparse
import os
import re
import resource
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[0] = str(Path(__file__).resolve().parent.parent)
sys.path.insert(1, str(Path(__file__).resolve().parent))

from planted import Planted, parrot  # noqa: E402
from scene import play  # noqa: E402
from servers.openssh import OpenSsh  # noqa: E402
from servers.rclone_webdav import RcloneWebdav  # noqa: E402
from servers.server import free_port  # noqa: E402
from servers.ssh_keys import make_key  # noqa: E402
from weather import STORAGES, storage_behind  # noqa: E402

from blackbox import loads, programs  # noqa: E402
from blackbox.run import ended  # noqa: E402
from blackbox.waiting import wait_until  # noqa: E402

AT_ONCE = 6
SHORTEST = 16
TRAVELS = {"access key id", "session token", "SSE-C key", "SAS token", "WebDAV password"}  # in each request
REFUSED = "S3, keys in the URL"
COMMANDS = ("test", "list", "replicate", "restore")
XML = "<Error><Code>{code}</Code><Message>{{all}}</Message><StringToSign>{{all}}</StringToSign></Error>"
ASKED = {"WWW-Authenticate": 'Basic realm="{all}"'}
LISTING = "<ListBucketResult><Name>{all}</Name><Key>{all}</Key></ListBucketResult>"
ANSWERS = {
    "wrong signature, told back": (403, ASKED, XML.format(code="SignatureDoesNotMatch")),
    "wrong key, told back": (403, {}, XML.format(code="InvalidAccessKeyId")),
    "nobody let in": (401, ASKED, XML.format(code="AuthenticationFailed")),
    "500, told back": (500, {}, XML.format(code="InternalError")),
    "400, told back": (400, {}, XML.format(code="InvalidArgument")),
    "a page in HTML": (200, {"Content-Type": "text/html"}, "<html><title>{all}</title>{all}</html>"),
    "a listing of nonsense": (207, {"ETag": "{all}"}, LISTING),
    "redirect": (307, {"Location": "http://elsewhere.example{path}"}, ""),
}


class Ward:
    """One user with his folders, what he planted, and a database."""

    def __init__(self, place, name):
        self.name = name
        self.folder = place.path(name, "x").parent
        self.given = place.path(name, "given", "x").parent  # what the user wrote himself
        self.home = self.folder / "home"
        self.env = {**place.environment(self.home), "HOME": str(self.home), "LOGNAME": "me"}
        for variable in ("SSH_AUTH_SOCK", "AWS_PROFILE"):
            self.env.pop(variable, None)
        self.planted = Planted()
        self.hits = []
        self.runs = 0
        self._lock = threading.Lock()
        self.database = self.given / "app.db"
        loads.write(self.database, commits=10, seed=1)

    def run(self, what, *words, env=None):
        """To its end, and what it said is looked through."""
        words = [programs.tidemarkctl(), *words]
        done = ended(words, env={**self.env, **(env or {})}, cwd=self.folder, timeout=120)
        self.look(what, (done.stdout + done.stderr).encode())
        with self._lock:
            self.runs += 1
        return done

    def look(self, what, data):
        if found := self.planted.in_bytes(data):
            self.hits.append(f"{what}: {', '.join(found)}: {data.decode(errors='replace').strip()[:800]}")

    def each_command(self, what, address, env):
        for command in COMMANDS:
            out = self.folder / f"out-{threading.get_ident()}.db"
            words = {
                "test": ["test", address],
                "list": ["list", address],
                "replicate": ["replicate", "--once", self.database, address],
                "restore": ["restore", address, out],
            }[command]
            for form in ((), ("--json",)):
                done = self.run(f"{what}: {command} {' '.join(form)}", *words, *form, env=env)
                if done.code == 0 and command in ("replicate", "restore"):
                    self.hits.append(f"{what}: {command} succeeded, which no test of failures wants")

    def must_have_met(self, heard, kinds):
        """Somebody said them back, or there would have been nothing to find."""
        lacking = kinds - set(self.planted.in_bytes(b" ".join(heard)))
        if lacking:
            raise AssertionError(f"{self.name}: nobody said {lacking} back")

    def ends_clean(self):
        """Nothing of all that lies below the user's folders."""
        self.hits += [f"{path}: {kind}" for path, kind in self.planted.below(self.home)]
        if self.hits:
            raise AssertionError(f"{self.name}:\n" + "\n".join(self.hits[:20]) + f"\n{len(self.hits)} in all")
        print(f"{self.name}: {self.runs} runs, nothing found", flush=True)


def of_services(planted):
    """(name, address at a port, what opens it) of all that speaks HTTP."""
    keys = {
        "AWS_ACCESS_KEY_ID": planted.text("access key id"),
        "AWS_SECRET_ACCESS_KEY": planted.text("secret access key"),
        "AWS_SESSION_TOKEN": planted.text("session token"),
    }
    customer = {"TIDEMARK_S3_CUSTOMER_KEY": planted.key("SSE-C key")}
    account = {"AZURE_STORAGE_KEY": planted.key("account key")}
    token = {"AZURE_STORAGE_SAS_TOKEN": f"sv=2021-12-02&sp=rwdl&sig={planted.text('SAS token')}"}
    password = {"TIDEMARK_WEBDAV_PASSWORD": planted.text("WebDAV password")}
    yield "S3", "s3://b/notes?endpoint={scheme}://{host}", keys
    yield "S3 with SSE-C", "s3://listed/notes?sse=customer&endpoint={scheme}://{host}", {**keys, **customer}
    yield "Azure", "abs://acc@c/notes?endpoint={scheme}://{host}/acc", account
    yield "Azure with a token", "abs://acc@c/notes?endpoint={scheme}://{host}/acc", token
    yield "WebDAV", "webdav{s}://me@{host}/notes", password


def all_at_once(act, runs):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda words: act(*words), runs))


def at(address, host, tls=False):
    return address.format(host=host, scheme="https" if tls else "http", s="s" if tls else "")


def answering_services(place, _asked):
    """Each answer that says back what it was told."""
    ward = Ward(place, "answers")
    services = list(of_services(ward.planted))

    def meet(answer):
        heard = []
        with parrot(ANSWERS[answer], heard) as port:
            for name, address, env in services:
                ward.each_command(f"{answer}: {name}", at(address, f"127.0.0.1:{port}"), env)
        ward.must_have_met(heard, TRAVELS)

    all_at_once(meet, [(answer,) for answer in ANSWERS])
    ward.ends_clean()


def broken_ways(place, _asked):
    """No host, nothing that listens, TLS on one side alone; and addresses with a password in them."""
    ward = Ward(place, "ways")
    services = list(of_services(ward.planted))
    typed = ward.planted.text("password in an address")
    with parrot(ANSWERS["a page in HTML"]) as port:
        tries = [("TLS on one side", f"127.0.0.1:{port}", True), ("refused", f"127.0.0.1:{free_port()}", False)]
        tries.append(("host unknown", "nowhere.invalid", False))
        runs = [
            (f"{what}: {name}", at(address, host, tls), env)
            for what, host, tls in tries
            for name, address, env in services
        ]
        for scheme in ("s3", "abs", "sftp", "webdav", "webdavs", "ftp", "https"):
            for tail in ("b/p", "b:x/p", "b/p?endpoint=http://h", ""):
                runs.append(("typed", f"{scheme}://me:{typed}@{tail}", {}))
        all_at_once(ward.each_command, runs)
    ward.ends_clean()


def profiles(place, _asked):
    """~/.aws, right and broken."""
    ward = Ward(place, "profiles")
    identity, key = ward.planted.text("access key id"), ward.planted.text("secret access key")
    token = ward.planted.text("session token")
    file = ward.given / "credentials"
    right = f"[default]\naws_access_key_id = {identity}\naws_secret_access_key = {key}\naws_session_token = {token}\n"
    broken = {
        "right": right,
        "half": right.replace("aws_secret_access_key", "x"),
        "no head": right.partition("\n")[2],
        "no equal sign": right.replace(" = ", " "),
        "bytes": right + "\x00\x01" + key,
        "nested": right.replace("aws_session_token =", "s3 =\n  aws_session_token ="),
    }
    with parrot(ANSWERS["wrong signature, told back"]) as port:
        for what, text in broken.items():
            file.write_text(text)
            env = {"AWS_SHARED_CREDENTIALS_FILE": str(file)}
            ward.each_command(f"profile, {what}", f"s3://b/notes?endpoint=http://127.0.0.1:{port}", env)
    ward.ends_clean()


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


# What a slip of the pen makes of a file. Each takes and gives its text.
SLIPS = {
    "as it should be": lambda text: text,
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


def configurations(place, _asked):
    """Each form of a replica in a litestream.yml, each slip of the pen in it."""
    ward = Ward(place, "yml")
    heard = []
    with parrot(ANSWERS["wrong signature, told back"], heard) as port:
        runs = []
        for name, replica in replicas_in_yml(ward.planted, f"127.0.0.1:{port}"):
            for slip, change in SLIPS.items():
                path = ward.given / f"{name} {slip}.yml".replace(" ", "-")
                path.write_text(change(yml_of(ward.database, replica)))
                for form in ((), ("--json",)):
                    words = ("replicate", "--once", "--config", path, *form)
                    runs.append((f"yml: {name}: {slip}", *words))
        all_at_once(ward.run, runs)
    ward.must_have_met(heard, TRAVELS - {"session token", "SSE-C key"})
    ward.ends_clean()


def logins_by_ssh(place, _asked):
    """Wrong passwords, passphrases and keys; servers that are unknown or none."""
    ward = Ward(place, "ssh")
    password, passphrase = ward.planted.text("SFTP password"), ward.planted.text("passphrase")
    keys = {"plain": ward.given / "id_plain", "locked": ward.given / "id_locked"}
    make_key(keys["plain"], "ed25519")
    make_key(keys["locked"], "ed25519", passphrase)
    for name, path in keys.items():
        ward.planted.add(f"private key, {name}", path.read_text().splitlines()[2])
    broken = ward.given / "id_broken"
    text = keys["plain"].read_text().splitlines()
    broken.write_text("\n".join([text[0], text[2], *text[1:]]))
    with OpenSsh() as server, RcloneWebdav() as no_ssh:
        known = f"?known-hosts={server.known_hosts}"
        place_there = f"{server.user}@127.0.0.1:{server.port}{server.files}/notes"
        tries = {
            "password wrong": (place_there + known, {"TIDEMARK_SFTP_PASSWORD": password}),
            "key not known": (place_there + known, {"TIDEMARK_SFTP_KEY": str(keys["plain"])}),
            "key locked, passphrase right": (
                place_there + known,
                {"TIDEMARK_SFTP_KEY": str(keys["locked"]), "TIDEMARK_SFTP_PASSPHRASE": passphrase},
            ),
            "passphrase wrong": (
                place_there + known,
                {"TIDEMARK_SFTP_KEY": str(keys["locked"]), "TIDEMARK_SFTP_PASSPHRASE": password},
            ),
            "passphrase missing": (place_there + known, {"TIDEMARK_SFTP_KEY": str(keys["locked"])}),
            "key file broken": (place_there + known, {"TIDEMARK_SFTP_KEY": str(broken)}),
            "server unknown": (place_there, {"TIDEMARK_SFTP_PASSWORD": password}),
            "no SSH there": (f"me@127.0.0.1:{no_ssh.port}/notes", {"TIDEMARK_SFTP_PASSWORD": password}),
            "refused": (f"me@127.0.0.1:{free_port()}/notes", {"TIDEMARK_SFTP_PASSWORD": password}),
            "host unknown": ("me@nowhere.invalid/notes", {"TIDEMARK_SFTP_PASSWORD": password}),
        }
        runs = [(f"ssh: {what}", f"sftp://{where}", env) for what, (where, env) in tries.items()]
        all_at_once(ward.each_command, runs)
    ward.ends_clean()


def no_core():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def aborted(place, _asked):
    """While it runs: what others see of it. Then it is aborted, and what stays is looked at."""
    ward = Ward(place, "aborted")
    answer = ANSWERS["wrong signature, told back"]
    with parrot(answer) as port:
        path = ward.given / "litestream.yml"
        replicas = dict(replicas_in_yml(ward.planted, f"127.0.0.1:{port}"))
        del replicas[REFUSED]
        text = f"dbs:\n  - path: {ward.database}\n    replicas:\n"
        for number, replica in enumerate(replicas.values()):
            lines = "".join(f"        {name}: '{value}'\n" for name, value in replica.items())
            text += f"      - name: far{number}\n{lines}"
        path.write_text(text)
        command = [programs.tidemarkctl(), "replicate", "--config", str(path), "--json"]
        process = subprocess.Popen(
            command, env=ward.env, cwd=ward.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=no_core
        )
        said = []
        reader = threading.Thread(target=lambda: said.extend(process.stdout), daemon=True)
        reader.start()
        try:
            wait_until(lambda: any(b'"state"' in line for line in said) or process.poll() is not None, 60, "a state")
            status = ward.run("status", "status", "--json")
            ward.run("status", "status")
            if str(ward.database) not in status.stdout:
                raise AssertionError(f"no status: {status.stdout}{status.stderr}{said}")
            for task in Path(f"/proc/{process.pid}/task").iterdir():
                ward.look("its list of processes", (task / "comm").read_bytes())
            ward.look("its command line", Path(f"/proc/{process.pid}/cmdline").read_bytes())
            ward.hits += [f"while it runs: {path}: {kind}" for path, kind in ward.planted.below(ward.home)]
            process.send_signal(signal.SIGABRT)
            process.wait(60)
        finally:
            process.kill()
            process.wait()
        reader.join(10)
    ward.look("what it said", b"".join(said))
    cores = [path.name for path in ward.folder.iterdir() if path.name.startswith("core")]
    if cores or process.returncode != -signal.SIGABRT:
        raise AssertionError(f"ended with {process.returncode}, left {cores}")
    ward.ends_clean()


def in_replicas(place, _asked):
    """What is written into a storage, with its claims and marks, holds nothing of what opened it."""
    for name in STORAGES:
        try:
            with storage_behind(name, 0) as (storage, _):
                write_and_look(place, name, storage)
        except programs.Skip as skip:
            print(f"{name}: left out: {skip}", flush=True)


def write_and_look(place, name, storage):
    ward = Ward(place, f"replica-{name}")
    for variable, value in storage.env().items():
        secret = Path(value).read_text().splitlines()[2] if variable == "TIDEMARK_SFTP_KEY" else value
        if len(secret) >= SHORTEST:  # a server's fixed name is none
            ward.planted.add(variable, secret)
    address = storage.address(storage.server.port, "notes")
    for words in (
        ["replicate", "--once", ward.database, address],
        ["mark", address, "a name"],
        ["list", address],
        ["snapshot", address, "--db", ward.database],
        ["verify", address, "--all"],
    ):
        done = ward.run(words[0], *words, "--json", env=storage.env())
        if done.code and words[0] in ("replicate", "mark"):
            raise AssertionError(f"{name}: {words[0]}: {done.stderr}")
    process = subprocess.Popen(
        [programs.tidemarkctl(), "replicate", str(ward.database), address, "--json"],
        env={**ward.env, **storage.env()}, cwd=ward.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        lines = []
        wait_until(lambda: lines.append(process.stdout.readline()) or b'"state"' in lines[-1], 60, "a state")
        objects = {each: storage.bytes_of(each) for each in storage.holds("notes")}
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    if not any("/tidemark/writers/" in each for each in objects):
        raise AssertionError(f"{name}: no claim among {sorted(objects)}")
    for each, data in objects.items():
        ward.look(f"object {each}", each.encode() + b"\n" + data)
    ward.ends_clean()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only")
    asked = parser.parse_args()
    scenes = (answering_services, broken_ways, profiles, configurations, logins_by_ssh, aborted, in_replicas)
    play("secrets", scenes, asked, asked)


if __name__ == "__main__":
    programs.run_main(main)
