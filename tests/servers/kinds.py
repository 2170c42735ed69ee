"""Every server by the name that with_servers.py and CMake call it."""

from .moto_s3 import MotoS3
from .openssh import OpenSsh

KINDS = {"moto": MotoS3, "sshd": OpenSsh}
