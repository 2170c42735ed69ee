"""Storages of the other kinds, each with one thing wrong, for `tidemarkctl test`."""

import base64
import contextlib

from servers.azure_signature import container_token
from servers.azurite_blob import ACCOUNT, CONTAINER
from servers.misconfigured import Asked, always, greeting, tls_server
from servers.rclone_webdav import PASSWORD, USER
from servers.server import free_port
from servers.ssh_keys import make_key
from servers.storages import sftp_address

from blackbox.programs import Skip


class Sftp:
    def __init__(self, server, folder):
        self.server, self.folder = server, folder

    def asked(self, path="notes", env=None):
        address = sftp_address(self.server, self.server.port, self.server.files / path)
        return Asked(address, {"TIDEMARK_SFTP_KEY": str(self.server.keys["ed25519"])} if env is None else env)

    def by_somebody_else(self):
        asked = self.asked()
        return Asked(asked.storage.replace(f"{self.server.user}@", "nobody-at-all@"), asked.env)

    def unknown_host(self):
        asked = self.asked()
        return Asked(asked.storage.partition("?")[0], asked.env)

    def elsewhere(self, port):
        return Asked(f"sftp://me@127.0.0.1:{port}/notes", {"TIDEMARK_SFTP_PASSWORD": "of no use"})

    @contextlib.contextmanager
    def wrong_password(self):
        if not self.server.password:
            raise Skip("this sshd takes no passwords")
        yield self.asked(env={"TIDEMARK_SFTP_PASSWORD": "wrong"})

    @contextlib.contextmanager
    def strange_key(self):
        key = self.folder / "id_strange"
        make_key(key, "ed25519")
        yield self.asked(env={"TIDEMARK_SFTP_KEY": str(key)})

    @contextlib.contextmanager
    def changed_host_key(self):
        asked = self.asked()
        self.server.change_host_key()
        try:
            yield asked
        finally:
            self.server.know_host_keys()

    @contextlib.contextmanager
    def folder_with(self, permissions):
        """Of root, where we are root."""
        place = self.server.files / f"with-{permissions:o}"
        place.mkdir()
        place.chmod(permissions)
        try:
            yield self.asked(place.name)
        finally:
            place.chmod(0o700)

    @contextlib.contextmanager
    def web_server(self):
        with greeting(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n") as port:
            yield self.elsewhere(port)


class Azure:
    def __init__(self, server):
        self.server = server

    def asked(self, container=CONTAINER, account=ACCOUNT.name, env=None):
        endpoint = self.server.account_url(self.server.port)
        address = f"abs://{account}@{container}/notes?endpoint={endpoint}"
        return Asked(address, {"AZURE_STORAGE_KEY": ACCOUNT.key} if env is None else env)

    def with_key(self, text):
        return self.asked(env={"AZURE_STORAGE_KEY": base64.b64encode(text).decode()})

    def with_token(self, rights, expires="2099-01-01T00:00:00Z"):
        return self.asked(env={"AZURE_STORAGE_SAS_TOKEN": container_token(ACCOUNT, CONTAINER, rights, expires)})


class WebDav:
    def __init__(self, server, folder):
        self.server, self.folder = server, folder

    def asked(self, path="notes", user=USER, password=PASSWORD, port=None):
        address = f"webdav://{user}@127.0.0.1:{port or self.server.port}/{path}"
        return Asked(address, {"TIDEMARK_WEBDAV_PASSWORD": password} if password else {})

    @contextlib.contextmanager
    def web_server(self, status):
        with always(status) as port:
            yield self.asked(port=port)

    @contextlib.contextmanager
    def over_tls(self, host="127.0.0.1", knows_authority=False):
        with tls_server(self.folder, host) as (authority, port):
            option = f"?ca={authority}" if knows_authority else ""
            yield Asked(f"webdavs://{USER}@{host}:{port}/notes{option}", {"TIDEMARK_WEBDAV_PASSWORD": PASSWORD})

    def nothing_listens(self):
        return self.asked(port=free_port())
