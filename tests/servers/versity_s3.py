"""S3 by versitygw over a folder: what moto lets pass, it looks at. One ready bucket."""

import secrets

from blackbox.programs import Forbidden

from .aws_signature import Key, signed_call
from .http_call import answers
from .moto_s3 import BUCKET, REGION, s3_variables
from .server import Server, fetched


class VersityS3(Server):
    name = "versitygw"
    prefix = "S3"

    def prepare(self):
        self._program = fetched("versitygw", lacks=Forbidden)  # a system's Go may be too old for it
        self.key = Key("tidemark", secrets.token_hex(20), REGION)
        for name in ("objects", "metadata"):
            (self.folder / name).mkdir()

    def command(self):
        # Metadata in files: not every file system under a temporary folder has attributes.
        posix = ["posix", "--sidecar", self.folder / "metadata", self.folder / "objects"]
        return [self._program, "--quiet", "--region", REGION, "--port", f"127.0.0.1:{self.port}", *posix]

    def env(self):
        return {**super().env(), "ROOT_ACCESS_KEY": self.key.access, "ROOT_SECRET_KEY": self.key.secret}

    def answers(self):
        return answers(f"http://127.0.0.1:{self.port}/")

    def settle(self):
        made = signed_call(self.key, "PUT", f"http://127.0.0.1:{self.port}/{BUCKET}")
        assert made.status == 200, made.text()

    def variables(self):
        return s3_variables(self, BUCKET)
