"""Azure Blob by azurite, with its account and key that everybody knows. One ready container."""

from .azure_signature import Account, signed_call
from .http_call import answers
from .server import Server, fetched, program

ACCOUNT = Account(
    "devstoreaccount1", "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)
CONTAINER = "tidemark-test"


class AzuriteBlob(Server):
    name = "azurite"
    prefix = "AZURE"

    def prepare(self):
        self._node = program("node")
        self._main = fetched("azurite") / "node_modules/azurite/dist/src/blob/main.js"

    def command(self):
        words = [self._node, self._main, "--blobHost", "127.0.0.1", "--blobPort", self.port]
        # Real Azure knows more versions of the interface than a pinned azurite.
        return [*words, "--location", self.folder, "--silent", "--disableTelemetry", "--skipApiVersionCheck"]

    def answers(self):
        return answers(f"http://127.0.0.1:{self.port}/")

    def settle(self):
        made = signed_call(ACCOUNT, "PUT", f"{self.account_url(self.port)}/{CONTAINER}?restype=container")
        assert made.status == 201, made.text()

    @staticmethod
    def account_url(port):
        return f"http://127.0.0.1:{port}/{ACCOUNT.name}"

    def variables(self):
        return {
            "TIDEMARK_TEST_AZURE_ENDPOINT": self.account_url(self.seen_port),
            "TIDEMARK_TEST_AZURE_ACCOUNT": ACCOUNT.name,
            "TIDEMARK_TEST_AZURE_CONTAINER": CONTAINER,
            "AZURE_STORAGE_KEY": ACCOUNT.key,
        }
