"""A fault proxy in front of a running server: `with MotoS3() as s3, FaultProxy(s3) as proxy:`.

Clients of s3.variables() come by the proxy then. README.md has the rules.
"""

import json
import sys
from pathlib import Path

from .http_call import answers, call
from .server import Server, free_port

PROGRAM = Path(__file__).resolve().parent / "fault_proxy.py"


class FaultProxy(Server):
    name = "proxy"

    def __init__(self, behind):
        super().__init__()
        self._behind = behind

    def command(self):
        self._control = free_port()
        words = [sys.executable, PROGRAM, "--listen", self.port, "--control", self._control]
        return [*words, "--to", self._behind.port, *(["--tcp"] if self._behind.is_tcp else [])]

    @property
    def control(self):
        return f"http://127.0.0.1:{self._control}"

    def answers(self):
        return answers(f"{self.control}/counts")

    def settle(self):
        self._behind.seen_at(self.port)

    def variables(self):
        return {f"TIDEMARK_TEST_{self._behind.prefix}_PROXY": self.control}

    def rule(self, fault, **words):
        """One more, behind those that stand."""
        self._ask("POST", "/rules", {"fault": fault, **words})

    def clear(self):
        """No rules; what stalled goes on."""
        self._ask("DELETE", "/rules")

    def break_all(self):
        """Every connection that stands is cut off."""
        self._ask("DELETE", "/connections")

    def set(self, **settings):
        """latency_ms, bytes_per_second."""
        self._ask("PUT", "/settings", settings)

    def counts(self):
        return self._ask("GET", "/counts")

    def forget(self):
        self._ask("DELETE", "/counts")

    def requests(self):
        """[{method, path, status}], oldest first."""
        return self._ask("GET", "/requests")

    def _ask(self, method, path, said=None):
        answer = call(method, self.control + path, json.dumps(said).encode() if said is not None else b"")
        assert answer.status == 200, answer.text()
        return json.loads(answer.body)
