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
from servers.misconfigured import DENIED, LONG_AGO, S3, Asked  # noqa: E402
from servers.moto_s3 import BUCKET, MotoS3  # noqa: E402
from servers.proxy import FaultProxy  # noqa: E402
from servers.server import free_port  # noqa: E402
from servers.versity_s3 import VersityS3  # noqa: E402

from blackbox import programs  # noqa: E402
from blackbox.programs import Skip  # noqa: E402

LIMIT_SECONDS = 120
CHANGING = {r"(127\.0\.0\.[12]):\d+": r"\1:PORT", r"\d{2,} days": "N days", r"[0-9a-f]{16}": "HEX"}
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


def said_of(asked, home):
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    env = {**kept, "HOME": str(home), **asked.env}
    words = [*asked.before, programs.tidemarkctl(), "test", asked.storage, "--json"]
    return subprocess.run(words, env=env, cwd=home, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)


def in_words(ran, names):
    """Lines that are the same in each run: the steps that are not simply passed, and the exit."""
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    steps = [line for line in lines if line["result"] not in ("passed", "skipped")]
    told = [f"{line['step']} {line['result']}: {line['message']}\n    {line['hint']}" for line in steps]
    if not lines:
        error = json.loads(ran.stderr.splitlines()[-1])
        told = [f"{error['message']}\n    {error['hint']}"]
    text = "\n".join([*(told or ["every step passed"]), f"exit {ran.returncode}"])
    for found, shown in names.items():
        text = text.replace(found, shown)
    for pattern, shown in CHANGING.items():
        text = re.sub(pattern, shown, text)
    return text


def table(folder):
    """(name, what is said) of each that can be made here."""
    home = folder / "home"
    home.mkdir()
    folder.chmod(0o755)
    home.chmod(0o777)

    def rows(made):
        for name, way in made:
            try:
                with way as asked:
                    if asked is None:
                        raise Skip("faketime is not installed")
                    yield name, in_words(said_of(asked, home), {str(folder): "FOLDER"})
            except Skip as skip:
                print(f"{name}: left out, {skip}", flush=True)

    yield from rows(of_folders(folder))
    with MotoS3() as moto, FaultProxy(moto) as proxy:
        yield from rows(of_moto(S3(moto, proxy, folder)))
    try:
        with VersityS3() as versity:
            yield from rows(of_versitygw(S3(versity, None, folder)))
    except Skip as skip:
        print(f"versitygw: left out, {skip}", flush=True)


def expected():
    """Of misconfigurations.txt: "# name", then lines."""
    parts = re.split(r"^# (.*)\n", EXPECTED.read_text(), flags=re.MULTILINE)[1:]
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


def main():
    with tempfile.TemporaryDirectory(prefix="tm-misconfigured-") as name:
        if "--print" in sys.argv:
            for row, text in table(Path(name)):
                print(f"# {row}\n{text}\n", flush=True)
            return
        wanted, wrong = expected(), 0
        for row, text in table(Path(name)):
            if wanted.get(row) != text:
                wrong += 1
                print(f"# {row}\nexpected:\n{wanted.get(row)}\nis:\n{text}\n", flush=True)
        assert not wrong, f"{wrong} misconfigurations are told otherwise"


if __name__ == "__main__":
    programs.run_main(main)
