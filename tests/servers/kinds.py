"""Every server by the name that with_servers.py and CMake call it."""

from .apache_webdav import ApacheWebdav
from .azurite_blob import AzuriteBlob
from .moto_s3 import MotoS3
from .openssh import OpenSsh
from .rclone_webdav import RcloneWebdav, RcloneWebdavTls
from .versity_s3 import VersityS3

ALL = (MotoS3, VersityS3, AzuriteBlob, OpenSsh, RcloneWebdav, RcloneWebdavTls, ApacheWebdav)
KINDS = {kind.name: kind for kind in ALL}
