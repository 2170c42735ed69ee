"""A followed database to which something is done, and the judgement at the end: every moment that was told
of is a state that the application had, the last one is what is there, and nothing else lies beside it.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "load"))

from blackbox import bytes_equal, loads, programs  # noqa: E402
from blackbox.judge import Judge, shown  # noqa: E402
from blackbox.place import Place  # noqa: E402
from blackbox.programs import Forbidden  # noqa: E402
from blackbox.run import Refused, ended, succeeded  # noqa: E402
from blackbox.tidemark import Tidemark  # noqa: E402
from blackbox.waiting import wait_until  # noqa: E402

NOTICE_SECONDS = 60  # what is tried again at growing intervals, half a minute at last


class Scene:
    """A database with its user directories, its replica and a first moment; starts to follow it.

    The journals of all its lives are judged together. `folder` holds everything of the scene, `user` only
    what the user put there: the database. `around` is a command that runs ours.
    """

    def __init__(self, place, name, around=(), replica=None, start=True, filled_mib=0):
        self.name = name
        self.folder = place.path(name, "x").parent
        self.user = place.path(name, "user", "x").parent
        self.database = self.user / "app.db"
        self.journal = self.folder / "journal"
        self.env = place.environment(self.folder / "home")
        self.replicator = Tidemark(
            self.database, replica or self.folder / "replica", self.env, self.folder / "replicator.log"
        )
        self.around = around
        self.follower = None
        self.earlier = []  # followers that ended
        self.events_once = []
        if filled_mib:
            loads.fill(self.database, filled_mib)
        self.write(60, seed=1)
        if start:
            self.start()
            self.arrives(lambda: self.write(10, seed=2))

    def write(self, commits=20, seed=9, database=None, **options):
        return loads.write(database or self.database, commits=commits, seed=seed, journal=self.journal, **options)

    def sql(self, statements):
        """What SQLite's own program prints."""
        return succeeded([programs.sqlite3(), "-batch", self.database, statements]).stdout.strip()

    def sql_refused(self, statements):
        """What it says when it fails, as it must."""
        done = ended([programs.sqlite3(), "-batch", self.database, statements])
        if done.code == 0:
            raise AssertionError(f"{self.name}: nobody refused {statements!r}")
        return done.stderr.strip()

    def start(self, attached=True):
        begin = self.replicator.start_attached if attached else self.replicator.start
        self.follower = begin(self.around)

    def stop(self):
        self.follower.stop()
        self.earlier.append(self.follower)

    def kill(self):
        self.follower.kill()
        self.earlier.append(self.follower)

    def mark(self):
        """From here on it is listened anew."""
        return len(self.follower.events)

    def arrives(self, act=None):
        """What is done then, or a few commits, is told to be restorable, and is."""
        since = self.mark()
        (act or self.write)()
        self.follower.wait_for("segment", NOTICE_SECONDS, since=since)
        live = loads.truth_of(self.database, live=True)
        wait_until(lambda: self.latest() == live, NOTICE_SECONDS, "the live state in the replica", poll=0.1)

    def latest(self):
        """What the latest moment holds; None when there is none yet."""
        out = self.folder / "looked-at.db"
        bytes_equal.remove_database(out)
        try:
            self.replicator.restore(out)
        except Refused:
            return None
        return loads.truth_of(out)

    def said(self, since, words="", state=None, seconds=NOTICE_SECONDS):
        """A `state` event whose reason has these words: somebody who looks is told what happened."""

        def told():
            return [
                event for event in self.follower.named("state", since)
                if event.get("reason") and words in event["reason"] and state in (None, event["state"])
            ]

        event = wait_until(told, seconds, f"a state event that says {words!r}")[0]
        print(f"{self.name}: {event['state']}: {event['reason']}", flush=True)
        return event

    def refused(self, code):
        """At its start: with that exit code, and a sentence that names the database."""
        command = [*self.around, *self.replicator.once_command()]
        done = ended(command, env=self.env)
        if done.code != code or self.database.name not in done.stderr:
            raise AssertionError(f"{self.name}: exit {done.code}, not {code}: {done.stderr.strip()}")
        print(f"{self.name}: {done.stderr.strip()}", flush=True)

    def safe_again(self, since):
        """The state is a good one again, without anybody's doing."""
        wait_until(
            lambda: [event for event in self.follower.named("state", since) if event["state"] == "protected"],
            NOTICE_SECONDS, "a state event that says protected",
        )

    def told(self):
        """The numbers of all moments that were told to be restorable, by this follower and earlier ones."""
        events = [event for life in [*self.earlier, self.follower] if life for event in life.events]
        return {event["txid"] for event in [*events, *self.events_once] if event.get("event") == "segment"}

    def told_once(self, done):
        """What a run that ended told, whatever its end."""
        self.events_once += done.objects()

    def judge(self, goes_back=False, also=frozenset(), gaps=0, told=True):
        """Ends the following. `also`: states of other files that were followed in its place; `gaps`: at most
        that many holes in the history; `told` False: the replica lost moments by the fault itself."""
        final = self.folder / "final.db"
        state = loads.copy_pages(self.database, final)
        if self.follower and self.follower.alive():
            self.stop()
        moments = self.replicator.moments()
        # Two histories of one database count their transactions alike.
        copies = {} if goes_back else {state: final}
        judge = Judge(self.replicator, self.folder, loads.journal(self.journal) | also, copies)
        verdict = judge.judge(moments, goes_back)
        wrong = verdict.wrong
        lost = self.told() - {moment.txid for moment in moments}
        wrong += [f"told to be restorable and not listed: {sorted(lost)[:10]}"] if lost and told else []
        holes = [found for found in self.replicator.listing() if found["kind"] == "gap"]
        wrong += [f"holes in the history: {holes}"] if len(holes) > gaps else []
        latest = self.folder / "latest.db"
        self.replicator.restore(latest)
        last = bytes_equal.difference(final, latest)
        wrong += [f"the final state: {last}"] if last else []
        loads.truth_of(self.database, live=True)
        bytes_equal.remove_database(latest)
        strangers = {path.name for path in self.user.iterdir()} - {"app.db", "app.db-wal", "app.db-shm"}
        wrong += [f"beside the database lies {sorted(strangers)}"] if strangers else []
        if wrong:
            raise AssertionError(f"{self.name}:\n" + shown(wrong))
        print(f"{self.name}: {verdict.restored} moments, 0 differences", flush=True)


def play(name, scenes, asked, *more, afterwards=lambda: None):
    """Each scene, or the one that was asked for, with `more`; `afterwards` clears up behind each. Forbidden at
    the end when the fault of any could not be made."""
    forbidden = []
    with Place(name) as place:
        for scene in scenes:
            if asked.only not in (None, scene.__name__):
                continue
            print(f"-- {scene.__name__}", flush=True)
            try:
                scene(place, *more)
            except Forbidden as why:
                print(f"not tried: {why}", flush=True)
                forbidden.append(f"{scene.__name__}: {why}")
            afterwards()
    if forbidden:
        raise Forbidden("; ".join(forbidden))
