"""SFTP by OpenSSH's sshd with keys, configuration and log of its own.

An ordinary user's sshd lets in that user, by key or agent. Root's lets in a user that exists as long as the
server does, and also by password and keyboard-interactive (both through PAM, service "sshd"). Without root,
or where root may make no user, there is no TIDEMARK_TEST_SFTP_PASSWORD. No shell, no forwarding,
internal-sftp only; paths are the system's.
"""

import contextlib
import os
import pwd
import shutil
import socket
from pathlib import Path

from blackbox.programs import Forbidden

from . import throwaway_user
from .server import Server, program
from .ssh_keys import PASSPHRASE, Agent, make_key

HOST_KINDS = ("ed25519", "ecdsa", "rsa")
PRIVILEGE_SEPARATION = Path("/run/sshd")  # the service makes it; without the service nobody does

CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
{host_keys}
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
PubkeyAuthentication yes
PasswordAuthentication {password}
KbdInteractiveAuthentication {password}
UsePAM {password}
PrintMotd no
DisableForwarding yes
MaxStartups 100
MaxSessions 100
UseDNS no
LogLevel VERBOSE
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""


class OpenSsh(Server):
    name = "sshd"
    prefix = "SFTP"
    is_tcp = True

    def prepare(self):
        self._sshd = program("sshd")
        self.files = self.folder / "files"
        self.files.mkdir()
        self.user, self.password = pwd.getpwuid(os.geteuid()).pw_name, None
        self._agent = None
        self._ports = set()
        if os.geteuid() == 0:
            PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
            with contextlib.suppress(Forbidden):
                self._let_in_somebody()
        self._agent = Agent(self.folder, self.log)
        self._make_user_keys()
        self._make_host_keys()

    def _let_in_somebody(self):
        self.user, self.password = throwaway_user.make(self.files)
        self.afterwards = throwaway_user.remove_words(self.user)
        self.folder.chmod(0o711)
        shutil.chown(self.files, self.user)

    def _make_user_keys(self):
        self.keys = {kind: self.folder / f"id_{kind}" for kind in HOST_KINDS}
        self.locked_key = self.folder / "id_locked"
        lines = [make_key(path, kind) for kind, path in self.keys.items()]
        lines += [make_key(self.locked_key, "ed25519", PASSPHRASE), self._agent.public_key]
        path = self.folder / "authorized_keys"
        path.write_text("".join(lines))
        path.chmod(0o644)

    def _make_host_keys(self):
        self._host_keys = [make_key(self.folder / f"host_{kind}", kind) for kind in HOST_KINDS]

    def command(self):
        config = self.folder / "sshd_config"
        config.write_text(
            CONFIG.format(
                port=self.port,
                folder=self.folder,
                host_keys="\n".join(f"HostKey {self.folder}/host_{kind}" for kind in HOST_KINDS),
                password="yes" if self.password else "no",
            )
        )
        return [self._sshd, "-D", "-e", "-f", config]

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False

    def settle(self):
        self.know_host_keys()

    @property
    def known_hosts(self):
        return self.folder / "known_hosts"

    def know_host_keys(self):
        """Writes what the server has now into known_hosts, for every port that it is seen at."""
        keys = [line.split()[:2] for line in self._host_keys]
        self._ports |= {self.port, self.seen_port}
        self.known_hosts.write_text("".join(f"[127.0.0.1]:{port} {' '.join(key)}\n" for port in self._ports for key in keys))

    def change_host_key(self):
        """Another server at the same port, as known_hosts sees it."""
        self.stop()
        self._make_host_keys()
        self.start()

    def seen_at(self, port):
        super().seen_at(port)
        self.know_host_keys()

    def variables(self):
        given = {
            "TIDEMARK_TEST_SFTP_HOST": "127.0.0.1",
            "TIDEMARK_TEST_SFTP_PORT": str(self.seen_port),
            "TIDEMARK_TEST_SFTP_USER": self.user,
            "TIDEMARK_TEST_SFTP_PATH": str(self.files),
            "TIDEMARK_TEST_SFTP_KEY_WITH_PASSPHRASE": str(self.locked_key),
            "TIDEMARK_TEST_SFTP_PASSPHRASE": PASSPHRASE,
            "TIDEMARK_TEST_SFTP_KNOWN_HOSTS": str(self.known_hosts),
            "SSH_AUTH_SOCK": str(self._agent.socket),
        }
        given |= {f"TIDEMARK_TEST_SFTP_KEY_{kind.upper()}": str(path) for kind, path in self.keys.items()}
        return given | ({"TIDEMARK_TEST_SFTP_PASSWORD": self.password} if self.password else {})

    def verbs(self):
        return {**super().verbs(), "change_host_key": self.change_host_key, "know_host_keys": self.know_host_keys}

    def __exit__(self, kind, value, trace):
        if getattr(self, "_agent", None):
            self._agent.end()
        super().__exit__(kind, value, trace)
