#!/usr/bin/env python3
"""What `tidemarkctl test` says of each misconfiguration, word by word, and how it ends.

  tst_misconfigurations.py          compares
  tst_misconfigurations.py --print  prints the table as it is
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from servers import misconfigured  # noqa: E402
from servers.azurite_blob import AzuriteBlob  # noqa: E402
from servers.misconfigured import LONG_AGO, S3, Asked  # noqa: E402
from servers.misconfigured_kinds import Azure, Sftp, WebDav  # noqa: E402
from servers.moto_s3 import MotoS3  # noqa: E402
from servers.openssh import OpenSsh  # noqa: E402
from servers.proxy import FaultProxy  # noqa: E402
from servers.rclone_webdav import RcloneWebdav  # noqa: E402
from servers.server import free_port  # noqa: E402
from servers.versity_s3 import VersityS3  # noqa: E402

from blackbox import programs  # noqa: E402
from blackbox.programs import Skip  # noqa: E402

LIMIT_SECONDS = 120
CHANGING = {
    r"(127\.0\.0\.[12]\]?):\d+": r"\1:PORT",
    r"port \d+": "port PORT",
    r"\d{2,} days": "N days",
    r"[0-9a-f]{16}": "HEX",
    r"SHA256:[A-Za-z0-9+/]{43}": "SHA256:KEY",
}
# What a sanitizer is told, if the program has one. The library of faketime comes before its own.
OF_SANITIZERS = ("LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS")
ASAN_OPTIONS = {"ASAN_OPTIONS": "verify_asan_link_order=0"}
EXPECTED = Path(__file__).resolve().parent / "misconfigurations.txt"


@contextlib.contextmanager
def plainly(asked):
    yield asked


def of_moto(s3):
    rights = ["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    yield "nothing wrong", plainly(s3.asked())
    yield "bucket missing", plainly(s3.asked(bucket="no-such-bucket"))
    yield "access key unknown", plainly(s3.asked(env={"AWS_ACCESS_KEY_ID": "AKIAUNKNOWN"}))
    yield "secret wrong", plainly(s3.asked(env={"AWS_SECRET_ACCESS_KEY": "wrong"}))
    yield "no key at all", plainly(Asked(s3.asked().storage))
    yield "half a key", plainly(Asked(s3.asked().storage, {"AWS_ACCESS_KEY_ID": "AKIA"}))
    for missing in rights:
        yield f"without {missing}", s3.with_rights(*(right for right in rights if right != missing))
    yield "no rights but to list", s3.with_rights("s3:ListBucket")
    yield "session expired", s3.says(400, "ExpiredToken")
    yield "clock off, and the service does not relent", s3.says(403, "RequestTimeTooSkewed", Date=LONG_AGO)
    yield "quota used up", s3.says(507, "XMinioStorageFull", method="PUT")
    yield "captive portal", s3.weather(status=200, body="html")
    elsewhere = {"Location": "http://elsewhere.example/x?sig=secret"}
    yield "redirect to another host", s3.weather(status=307, headers=elsewhere)
    yield "503 for ever", s3.weather(status=503, body="")
    yield "too many requests", s3.says(429, "SlowDown", **{"Retry-After": "600"})
    yield "broken off at once", s3.cut_off()
    yield "host name unknown", plainly(s3.asked(endpoint="http://nowhere.invalid"))
    yield "nothing listens", plainly(s3.asked(endpoint=f"http://127.0.0.1:{free_port()}"))
    yield "certificate of an unknown authority", s3.over_tls()
    yield "certificate for another name", s3.over_tls(host="127.0.0.2", knows_authority=True)
    yield "https at a server without TLS", s3.plain_where_tls_is_meant()
    yield "http at a server with TLS", s3.tls_where_plain_is_meant()
    yield "authority file missing", plainly(s3.asked(endpoint="https://127.0.0.1", options="&ca=/nowhere.pem"))
    yield "proxy asks for a login", s3.behind_proxy(407)
    # The same for https is left out: Qt Network 6.4 crashes then, about once in a hundred times.
    yield "proxy does not answer", s3.behind_proxy(0)
    yield "proxy does not answer, https", s3.behind_proxy(0, scheme="https")
    yield "endpoint that is no URL", plainly(s3.asked(endpoint="my storage"))
    yield "endpoint of another protocol", plainly(s3.asked(endpoint="ftp://127.0.0.1"))


def of_versitygw(s3):
    yield "region wrong, and not said by the address", plainly(s3.asked(env={"AWS_REGION": "eu-west-3"}))
    yield "region wrong in the address", plainly(s3.asked(options="&region=eu-west-3"))
    for name, shift in (("behind", "-20m"), ("ahead", "+20m")):
        before = ["faketime", "-f", shift] if shutil.which("faketime") else None
        yield f"clock 20 minutes {name}", plainly(s3.asked(before=before)) if before else plainly(None)


def of_folders(folder):
    file = folder / "file"
    file.touch()
    (folder / "photos").mkdir()
    (folder / "photos" / "1.jpg").touch()
    yield "folder not there yet", plainly(Asked(str(folder / "new")))
    yield "a file, no folder", plainly(Asked(str(file)))
    yield "a folder below a file", plainly(Asked(str(file / "below")))
    yield "files of others", plainly(Asked(str(folder / "photos")))
    yield "no right to write", misconfigured.locked_folder(folder)
    yield "disk full", misconfigured.full_disk(folder)
    yield "disk mounted read-only", misconfigured.read_only_disk(folder)


def of_sshd(sftp):
    yield "nothing wrong", plainly(sftp.asked())
    yield "user unknown", plainly(sftp.by_somebody_else())
    yield "password wrong", sftp.wrong_password()
    yield "key unknown to the server", sftp.strange_key()
    yield "key locked, and no passphrase", plainly(sftp.asked(env={"TIDEMARK_SFTP_KEY": str(sftp.server.locked_key)}))
    yield "key missing", plainly(sftp.asked(env={"TIDEMARK_SFTP_KEY": "/nowhere/id"}))
    yield "nothing to log in with", plainly(sftp.asked(env={}))
    yield "server unknown", plainly(sftp.unknown_host())
    yield "host key changed", sftp.changed_host_key()
    yield "no such folder", plainly(sftp.asked("/nowhere/notes"))
    yield "no right to look", sftp.folder_with(0o000)
    yield "no right to write", sftp.folder_with(0o555)
    yield "no SSH server", sftp.web_server()
    yield "nothing listens", plainly(sftp.elsewhere(free_port()))


def of_azurite(azure):
    yield "nothing wrong", plainly(azure.asked())
    yield "key wrong", plainly(azure.with_key(b"another key"))
    yield "key that is none", plainly(azure.asked(env={"AZURE_STORAGE_KEY": "no key"}))
    yield "no key at all", plainly(azure.asked(env={}))
    yield "container missing", plainly(azure.asked(container="no-such-container"))
    yield "account of another name", plainly(azure.asked(account="somebody"))
    yield "token expired", plainly(azure.with_token("rwdl", "2026-01-01T00:00:00Z"))
    yield "token without the right to write", plainly(azure.with_token("rdl"))
    yield "token without the right to delete", plainly(azure.with_token("rwl"))
    yield "token without the right to list", plainly(azure.with_token("rwd"))


def of_rclone(webdav):
    yield "nothing wrong", plainly(webdav.asked())
    yield "user unknown", plainly(webdav.asked(user="somebody"))
    yield "password wrong", plainly(webdav.asked(password="wrong"))
    yield "no password", plainly(webdav.asked(password=None))
    yield "no WebDAV, but another web server", webdav.web_server(405)
    yield "no WebDAV, but a page for everything", webdav.web_server(200)
    yield "certificate of an unknown authority", webdav.over_tls()
    yield "certificate for another name", webdav.over_tls(host="127.0.0.2", knows_authority=True)
    yield "nothing listens", plainly(webdav.nothing_listens())


def said_of(asked, home):
    kept = {name: os.environ[name] for name in ("PATH", "LANG", *OF_SANITIZERS) if name in os.environ}
    env = {**kept, **ASAN_OPTIONS, "HOME": str(home), **asked.env}
    words = [*asked.before, programs.tidemarkctl(), "test", asked.storage, "--json"]
    return subprocess.run(words, env=env, cwd=home, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)


def error_in(stderr):
    try:
        error = json.loads(stderr.splitlines()[-1])
        return f"{error['message']}\n    {error['hint']}"
    except (IndexError, ValueError):
        return f"no sentence, but: {stderr}"  # a crash, or what a sanitizer reports


def in_words(ran, names):
    """Lines that are the same in each run: the steps that are not simply passed, and the exit."""
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    steps = [line for line in lines if line["result"] not in ("passed", "skipped")]
    told = [f"{line['step']} {line['result']}: {line['message']}\n    {line['hint']}" for line in steps]
    if not lines:
        told = [error_in(ran.stderr)]
    text = "\n".join([*(told or ["every step passed"]), f"exit {ran.returncode}"])
    for found, shown in names.items():
        text = text.replace(found, shown)
    for pattern, shown in CHANGING.items():
        text = re.sub(pattern, shown, text)
    return text


def names_of(sshd):
    """Another one each time; and a user's sshd takes no passwords."""
    user = sshd.user
    known = {f"{user}@": "USER@", f" let {user} in": " let USER in", f" as {user} with": " as USER with"}
    return {**known, str(sshd.folder): "SERVER", ",password,keyboard-interactive": ""}


class Table:
    """(name, what is said) of each that can be made here; `name` begins with the kind of storage."""

    def __init__(self, folder):
        self._folder, self._home = folder, folder / "home"
        self._home.mkdir()
        folder.chmod(0o755)
        self._home.chmod(0o777)
        self._left_out = set()  # names, and kinds as a whole

    def rows(self):
        folder = self._folder
        yield from self._rows("folder", of_folders(folder))
        yield from self._beside("S3", lambda s3: of_moto(S3(s3, self._enter(FaultProxy(s3)), folder)), MotoS3)
        yield from self._beside("strict S3", lambda s3: of_versitygw(S3(s3, None, folder)), VersityS3)
        yield from self._beside("SFTP", lambda sshd: of_sshd(Sftp(sshd, folder)), OpenSsh)
        yield from self._beside("Azure", lambda azurite: of_azurite(Azure(azurite)), AzuriteBlob)
        yield from self._beside("WebDAV", lambda rclone: of_rclone(WebDav(rclone, folder)), RcloneWebdav)

    def may_lack(self, row):
        return row in self._left_out or row.partition(": ")[0] in self._left_out

    def _beside(self, kind, made, server):
        with contextlib.ExitStack() as stack:
            self._enter = stack.enter_context
            try:
                running = self._enter(server())
            except Skip as skip:
                return self._leave_out(kind, skip)
            yield from self._rows(kind, made(running), names_of(running) if server is OpenSsh else {})

    def _rows(self, kind, made, names=None):
        for name, way in made:
            row = f"{kind}: {name}"
            try:
                with way as asked:
                    if asked is None:
                        raise Skip("faketime is not installed")
                    yield row, in_words(said_of(asked, self._home), {**(names or {}), str(self._folder): "FOLDER"})
            except Skip as skip:
                self._leave_out(row, skip)

    def _leave_out(self, what, skip):
        self._left_out.add(what)
        print(f"{what}: left out, {skip}", flush=True)


def expected():
    """Of misconfigurations.txt: "# name", then lines."""
    parts = re.split(r"^# (.*)\n", EXPECTED.read_text(), flags=re.MULTILINE)[1:]
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


def main():
    with tempfile.TemporaryDirectory(prefix="tm-misconfigured-") as name:
        table = Table(Path(name))
        if "--print" in sys.argv:
            for row, text in table.rows():
                print(f"# {row}\n{text}\n", flush=True)
            return
        wanted, wrong = expected(), 0
        for row, text in table.rows():
            known = wanted.pop(row, None)
            if known != text:
                wrong += 1
                print(f"# {row}\nexpected:\n{known}\nis:\n{text}\n", flush=True)
        nobodys = [row for row in wanted if not table.may_lack(row)]
        assert not nobodys, f"{EXPECTED.name} has what nobody makes: {nobodys}"
        assert not wrong, f"{wrong} misconfigurations are told otherwise"


if __name__ == "__main__":
    programs.run_main(main)
