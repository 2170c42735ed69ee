#!/usr/bin/env python3
"""Secrets are planted wherever they may stand, everything is made to fail, and then they are looked for in all that
comes out: what is said and shown, everything below the user's folders, the list of processes, the control
socket's answer, and the objects of a replica.

The environment of a process and the files that a user wrote are his own. Core files are the system's to allow: the
scene that aborts forbids them, as whoever keeps secrets in an environment should.
"""

import argparse
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[0] = str(Path(__file__).resolve().parent.parent)
sys.path.insert(1, str(Path(__file__).resolve().parent))

from planted import parrot  # noqa: E402
from scene import play  # noqa: E402
from servers.openssh import OpenSsh  # noqa: E402
from servers.rclone_webdav import RcloneWebdav  # noqa: E402
from servers.server import free_port  # noqa: E402
from servers.ssh_keys import make_key  # noqa: E402
from servers.storages import sftp_address  # noqa: E402
from ward import Ward, all_at_once  # noqa: E402
from weather import STORAGES, storage_behind  # noqa: E402
from yml_slips import AS_IT_SHOULD_BE, REFUSED, SLIPS, replicas_in_yml, yml_of  # noqa: E402

from blackbox import programs  # noqa: E402
from blackbox.waiting import wait_until  # noqa: E402

SHORTEST = 16
USAGE, CREDENTIALS, UNREACHABLE = 2, 6, 7  # exits
TRAVELS = {"access key id", "session token", "SSE-C key", "SAS token", "WebDAV password"}  # in each request
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
    """~/.aws, right and broken; what can be read of it goes to the service, and half a login goes nowhere."""
    ward = Ward(place, "profiles")
    identity, key = ward.planted.text("access key id"), ward.planted.text("secret access key")
    token = ward.planted.text("session token")
    file = ward.given / "credentials"
    right = f"[default]\naws_access_key_id = {identity}\naws_secret_access_key = {key}\naws_session_token = {token}\n"
    both, nothing = {"access key id", "session token"}, set()
    tried = {
        "right": (right, both),
        "half": (right.replace("aws_secret_access_key", "x"), nothing),
        "no head": (right.partition("\n")[2], nothing),
        "no equal sign": (right.replace(" = ", " "), nothing),
        "bytes": (right + "\x00\x01" + key, both),
        "nested": (right.replace("aws_session_token =", "s3 =\n  aws_session_token ="), {"access key id"}),
    }
    for what, (text, met) in tried.items():
        file.write_text(text)
        env, heard = {"AWS_SHARED_CREDENTIALS_FILE": str(file)}, []
        with parrot(ANSWERS["wrong signature, told back"], heard) as port:
            address = f"s3://b/notes?endpoint=http://127.0.0.1:{port}"
            ward.each_command(f"profile, {what}", address, env, CREDENTIALS)
        ward.must_have_met(heard, met)
        if heard and not met:
            raise AssertionError(f"profile, {what}: taken for one, and sent: {heard[0]}")
    ward.ends_clean()


def end_of(name):
    if name == REFUSED:
        return USAGE
    return UNREACHABLE if name.startswith("SFTP") else CREDENTIALS  # The server is none of SSH.


def configurations(place, _asked):
    """Each form of a replica in a litestream.yml, each slip of the pen in it."""
    ward = Ward(place, "yml")
    heard, ends = [], {}  # of files that are right

    def try_slips(number, name, replica):
        # A database for each replica, and one try after the other: whoever follows both lets nobody else.
        text = yml_of(ward.written(f"app{number}.db"), replica)
        for slip, change in SLIPS.items():
            path = ward.given / f"{name} {slip}.yml".replace(" ", "-")
            path.write_text(change(text))
            for form in ((), ("--json",)):
                done = ward.run(f"yml: {name}: {slip}", "replicate", "--once", "--config", path, *form)
                if slip == AS_IT_SHOULD_BE:
                    ends.setdefault(name, set()).add(done.code)

    with parrot(ANSWERS["wrong signature, told back"], heard) as port:
        replicas = replicas_in_yml(ward.planted, f"127.0.0.1:{port}")
        all_at_once(try_slips, [(number, *each) for number, each in enumerate(replicas)])
    wrong = {name: codes for name, codes in ends.items() if codes != {end_of(name)}}
    if wrong:
        raise AssertionError(f"yml, as they should be, end with {wrong}")
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
        locked = {"TIDEMARK_SFTP_KEY": str(keys["locked"])}
        refused = {
            "password wrong": {"TIDEMARK_SFTP_PASSWORD": password},
            "key not known": {"TIDEMARK_SFTP_KEY": str(keys["plain"])},
            "key locked, passphrase right": {**locked, "TIDEMARK_SFTP_PASSPHRASE": passphrase},
            "passphrase wrong": {**locked, "TIDEMARK_SFTP_PASSPHRASE": password},
            "passphrase missing": locked,
            "key file broken": {"TIDEMARK_SFTP_KEY": str(broken)},
            "server unknown": {"TIDEMARK_SFTP_PASSWORD": password},
        }
        unreachable = {
            "no SSH there": f"me@127.0.0.1:{no_ssh.port}/notes",
            "refused": f"me@127.0.0.1:{free_port()}/notes",
            "host unknown": "me@nowhere.invalid/notes",
        }
        runs = []
        for number, (what, env) in enumerate(refused.items()):
            # A place for each: a replica is one database's.
            address = sftp_address(server, server.port, server.files / f"notes{number}")
            address = address.partition("?")[0] if what == "server unknown" else address
            runs.append((f"ssh: {what}", address, env, CREDENTIALS))
        env = {"TIDEMARK_SFTP_PASSWORD": password}
        runs += [(f"ssh: {what}", f"sftp://{where}", env, UNREACHABLE) for what, where in unreachable.items()]
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
