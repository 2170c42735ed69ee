"""Tidemark as its users see it: tidemarkctl, its events, its replica."""

from . import programs
from .folder import storage_of
from .follower import Follower
from .moment import Moment, format_time, parse_time
from .run import ended, succeeded

ATTACH_SECONDS = 60


class Tidemark:
    """One database, one replica (a folder's path, or a storage), one user's directories (`env`); `options` of
    replicate."""

    name = "tidemark"

    def __init__(self, database, replica, env, log, options=()):
        self.options = options
        self.database = database
        self.replica = replica
        self.storage = storage_of(replica)
        # The very same where nothing is added: who gave it may add to it.
        self.env = {**env, **self.storage.variables} if self.storage.variables else env
        self.log = log
        self.program = programs.tidemarkctl()

    def start(self, around=()):
        """`replicate` in the background; it may not have attached yet. `around`: a command that runs it."""
        words = [self.program, "replicate", self.database, self.replica, "--json", *self.options]
        command = [*around, *words]
        return Follower(command, self.env, self.log)

    def start_attached(self, around=()):
        follower = self.start(around)
        follower.wait_for("attached", ATTACH_SECONDS)
        return follower

    def once_command(self):
        return [self.program, "replicate", "--once", self.database, self.replica, "--json", *self.options]

    def once(self):
        return succeeded(self.once_command(), env=self.env)

    def listing(self):
        """The objects of `list --json`, moments and gaps."""
        return succeeded([self.program, "list", self.replica, "--json"], env=self.env).objects()

    def moments(self):
        return [Moment(o["txid"], parse_time(o["time"])) for o in self.listing() if o["kind"] == "moment"]

    def restore_command(self, out, txid=None, time=None):
        command = [self.program, "restore", self.replica, out, "--json"]
        if txid is not None:
            command += ["--txid", txid]
        if time is not None:
            command += ["--time", format_time(time)]
        return command

    def restore(self, out, txid=None, time=None):
        """Restores; the result object. Refused when it fails."""
        done = succeeded(self.restore_command(out, txid, time), env=self.env)
        return done.objects()[-1]

    def call(self, *words):
        """Any command, whatever its end."""
        return ended([self.program, *words], env=self.env)

    @staticmethod
    def own_pages(_file):
        """Pages of a followed database that are not the application's: none, Tidemark has no footprint."""
        return frozenset()

    def newest_change(self):
        """Something that differs once a segment arrived in the replica."""
        return self.storage.change()
