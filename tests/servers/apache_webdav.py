"""WebDAV by Apache's httpd (mod_dav) with digest authentication.

Root's serves as www-data, since Apache does not serve as root.
"""

import grp
import hashlib
import os
import pwd
import shutil
from pathlib import Path

from blackbox.programs import Skip

from .http_call import answers
from .rclone_webdav import PASSWORD, USER, who
from .server import Server, program

MODULES = Path("/usr/lib/apache2/modules")
WANTED = ("mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_digest", "dav", "dav_fs")
REALM = "tidemark"
SERVES_AS = "www-data"

CONFIG = """\
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
ServerRoot {folder}
PidFile {folder}/pid
ErrorLog {folder}/log
DefaultRuntimeDir {folder}
DavLockDB {folder}/locks/db
DocumentRoot {folder}/files
{modules}
{identity}
<Directory {folder}/files>
    Dav On
    AuthType Digest
    AuthName {realm}
    AuthDigestProvider file
    AuthUserFile {folder}/users
    Require valid-user
</Directory>
"""


class ApacheWebdav(Server):
    name = "apache"
    prefix = "WEBDAV_DIGEST"

    def prepare(self):
        self._apache = program("apache2", "/usr/sbin")
        lacking = [name for name in WANTED if not (MODULES / f"mod_{name}.so").exists()]
        if lacking:
            raise Skip(f"Apache has no modules {', '.join(lacking)} in {MODULES}")
        self.files = self.folder / "files"
        for folder in (self.files, self.folder / "locks"):
            folder.mkdir()
            if os.geteuid() == 0:
                shutil.chown(folder, SERVES_AS, SERVES_AS)
        if os.geteuid() == 0:
            self.folder.chmod(0o711)
        digest = hashlib.md5(f"{USER}:{REALM}:{PASSWORD}".encode()).hexdigest()
        (self.folder / "users").write_text(f"{USER}:{REALM}:{digest}\n")

    def command(self):
        config = self.folder / "httpd.conf"
        user, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
        if os.geteuid() == 0:
            user = group = SERVES_AS
        config.write_text(
            CONFIG.format(
                port=self.port,
                folder=self.folder,
                realm=REALM,
                modules="\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in WANTED),
                identity=f"User {user}\nGroup {group}",
            )
        )
        return [self._apache, "-f", config, "-D", "FOREGROUND"]

    def answers(self):
        return answers(f"http://127.0.0.1:{self.port}/")

    def variables(self):
        return {"TIDEMARK_TEST_WEBDAV_DIGEST_URL": f"http://127.0.0.1:{self.seen_port}/", **who()}
