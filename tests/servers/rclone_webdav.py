"""WebDAV by `rclone serve webdav` with basic authentication: plain, or with TLS from an authority of the test's own."""

from .http_call import answers
from .server import Server, program
from .test_ca import make_certificate

USER = "tidemark"
PASSWORD = "Ebb & flow: 100 % salt"  # what must be encoded, and a colon


class RcloneWebdav(Server):
    name = "rclone"
    prefix = "WEBDAV"

    def prepare(self):
        self._rclone = program("rclone")
        self.files = self.folder / "files"
        self.files.mkdir()

    def command(self):
        return [self._rclone, "serve", "webdav", self.files, "--addr", f"127.0.0.1:{self.port}", "--config", ""]

    def env(self):
        return {**super().env(), "RCLONE_USER": USER, "RCLONE_PASS": PASSWORD}

    def answers(self):
        return answers(f"http://127.0.0.1:{self.port}/")

    def variables(self):
        return {"TIDEMARK_TEST_WEBDAV_URL": f"http://127.0.0.1:{self.seen_port}/", **who()}


class RcloneWebdavTls(RcloneWebdav):
    name = "rclone-tls"
    prefix = "WEBDAV_TLS"
    is_tcp = True

    def prepare(self):
        super().prepare()
        self.authority, self._certificate, self._key = make_certificate(self.folder)

    def command(self):
        return [*super().command(), "--cert", self._certificate, "--key", self._key]

    def answers(self):
        return answers(f"https://127.0.0.1:{self.port}/", ca=self.authority)

    def variables(self):
        return {
            "TIDEMARK_TEST_WEBDAV_TLS_URL": f"https://127.0.0.1:{self.seen_port}/",
            "TIDEMARK_TEST_WEBDAV_TLS_CA": str(self.authority),
            **who(),
        }


def who():
    return {"TIDEMARK_TEST_WEBDAV_USER": USER, "TIDEMARK_WEBDAV_PASSWORD": PASSWORD}
