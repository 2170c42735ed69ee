"""S3 by moto, with signatures and policies checked. One ready bucket; all of it in memory.

moto believes nobody after INITIAL_NO_AUTH_ACTION_COUNT actions: the first four make a user with a key. It
looks at signatures and at If-None-Match (PutObject and CompleteMultipartUpload), and not at checksums of
bodies (Content-MD5, x-amz-content-sha256, x-amz-checksum-*) nor at the region; start-after, ranges and
DeleteObjects work. README.md has more.
"""

import json
import sys
from urllib.parse import urlencode
from xml.etree import ElementTree

from .aws_signature import Key, signed_call
from .http_call import answers
from .server import Server, fetched

BUCKET = "tidemark-test"
REGION = "us-east-1"
OPEN_ACTIONS = 4  # create a user, a policy, attach it, create an access key
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


class MotoS3(Server):
    name = "moto"
    prefix = "S3"

    def prepare(self):
        self._packages = fetched("moto")
        self.key = Key("", "", REGION)

    def command(self):
        return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", self.port]

    def env(self):
        return {
            **super().env(),
            "PYTHONPATH": str(self._packages),
            "PYTHONDONTWRITEBYTECODE": "1",
            "INITIAL_NO_AUTH_ACTION_COUNT": str(OPEN_ACTIONS),
        }

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def answers(self):
        return answers(f"{self.url}/moto-api/")

    def settle(self):
        self._iam("CreateUser", UserName="tidemark")
        made = self._iam("CreatePolicy", PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
        self._iam("AttachUserPolicy", UserName="tidemark", PolicyArn=text_of(made, "Arn"))
        key = self._iam("CreateAccessKey", UserName="tidemark")
        self.key = Key(text_of(key, "AccessKeyId"), text_of(key, "SecretAccessKey"), REGION)
        made = signed_call(self.key, "PUT", f"{self.url}/{BUCKET}")
        assert made.status == 200, made.text()

    def start(self):
        super().start()
        if self.key.access:  # after a restart: nothing is left of what it had
            self.settle()

    def _iam(self, action, **words):
        body = urlencode({"Action": action, "Version": "2010-05-08", **words}).encode()
        form = {"content-type": "application/x-www-form-urlencoded"}
        anybody = Key("anybody", "anything", REGION, "iam")
        answer = signed_call(anybody, "POST", f"{self.url}/", body, form)
        assert answer.status == 200, f"{action}: {answer.status} {answer.text()}"
        return answer

    def variables(self):
        # It looks whether an object is there, and writes, without a lock.
        return {**s3_variables(self, BUCKET), "TIDEMARK_TEST_S3_LOCKS": "no"}


def s3_variables(server, bucket):
    return {
        "TIDEMARK_TEST_S3_ENDPOINT": f"http://127.0.0.1:{server.seen_port}",
        "TIDEMARK_TEST_S3_BUCKET": bucket,
        "TIDEMARK_TEST_S3_REGION": server.key.region,
        "AWS_ACCESS_KEY_ID": server.key.access,
        "AWS_SECRET_ACCESS_KEY": server.key.secret,
    }


def text_of(answer, name):
    """Of the first element of that name, whatever its namespace."""
    for element in ElementTree.fromstring(answer.body).iter():
        if element.tag.rpartition("}")[2] == name:
            return element.text
    raise AssertionError(f"no {name} in {answer.text()}")
