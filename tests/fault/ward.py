"""A user in whose care secrets are: what he runs is made to fail, and all that comes out is looked through."""

import threading
from concurrent.futures import ThreadPoolExecutor

from planted import Planted

from blackbox import loads, programs
from blackbox.run import ended

AT_ONCE = 6
COMMANDS = ("test", "list", "replicate", "restore")


class Ward:
    """One user with his folders, what he planted, and a database."""

    def __init__(self, place, name):
        self.name = name
        self.folder = place.path(name, "x").parent
        self.given = place.path(name, "given", "x").parent  # what the user wrote himself
        self.home = self.folder / "home"
        self.env = {**place.environment(self.home), "HOME": str(self.home), "LOGNAME": "me"}
        for variable in ("SSH_AUTH_SOCK", "AWS_PROFILE"):
            self.env.pop(variable, None)
        self.planted = Planted()
        self.hits = []
        self.runs = 0
        self._lock = threading.Lock()
        self.database = self.written("app.db")

    def written(self, name):
        """A database of that name."""
        database = self.given / name
        if not database.exists():
            loads.write(database, commits=10, seed=1)
        return database

    def run(self, what, *words, env=None):
        """To its end, and what it said is looked through."""
        words = [programs.tidemarkctl(), *words]
        done = ended(words, env={**self.env, **(env or {})}, cwd=self.folder, timeout=120)
        self.look(what, (done.stdout + done.stderr).encode())
        with self._lock:
            self.runs += 1
        return done

    def look(self, what, data):
        if found := self.planted.in_bytes(data):
            self.hits.append(f"{what}: {', '.join(found)}: {data.decode(errors='replace').strip()[:800]}")

    def each_command(self, what, address, env, exits=None):
        """All of COMMANDS fail, and with `exits` where that is known."""
        # Of each thread's own: who follows a database lets nobody else try.
        number = threading.get_ident()
        database, out = self.written(f"app-{number}.db"), self.folder / f"out-{number}.db"
        for command in COMMANDS:
            words = {
                "test": ["test", address],
                "list": ["list", address],
                "replicate": ["replicate", "--once", database, address],
                "restore": ["restore", address, out],
            }[command]
            for form in ((), ("--json",)):
                done = self.run(f"{what}: {command} {' '.join(form)}", *words, *form, env=env)
                if done.code == 0 and command in ("replicate", "restore"):
                    self.hits.append(f"{what}: {command} succeeded, which no test of failures wants")
                if exits is not None and done.code != exits:
                    self.hits.append(f"{what}: {command} ended with {done.code}, not {exits}: {done.stderr.strip()}")

    def must_have_met(self, heard, kinds):
        """Somebody said them back, or there would have been nothing to find."""
        lacking = kinds - set(self.planted.in_bytes(b" ".join(heard)))
        if lacking:
            raise AssertionError(f"{self.name}: nobody said {lacking} back")

    def ends_clean(self):
        """Nothing of all that lies below the user's folders."""
        self.hits += [f"{path}: {kind}" for path, kind in self.planted.below(self.home)]
        if self.hits:
            raise AssertionError(f"{self.name}:\n" + "\n".join(self.hits[:20]) + f"\n{len(self.hits)} in all")
        print(f"{self.name}: {self.runs} runs, nothing found", flush=True)


def all_at_once(act, runs):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda words: act(*words), runs))
