"""We replicate under load; Litestream 0.5 restores latest, by TXID and by timestamp what we restore."""

from blackbox import loads, moment, programs
from blackbox.bytes_equal import remove_database
from blackbox.litestream import LTX_NAME, Litestream5
from blackbox.run import ended
from blackbox.tidemark import Tidemark
from blackbox.waiting import wait_until
from tally import Tally, spread

MOST_MOMENTS, MOST_ON_A_SERVER = 40, 12
FIRST_SECONDS = 60
POLL_SECONDS = 0.1  # of a server


def we_replicate(place, seconds, replica, options=()):
    ours = Tidemark(place.path("db", "app.db"), replica, place.env, place.path("log"), options)
    theirs = Litestream5(ours.database, ours.replica, place.env, place.path("log5"))
    replicate_under_load(ours, seconds)

    tally = Tally("Litestream 0.5 on our replica")
    one, two = place.path("ours.db"), place.path("theirs.db")

    # What Litestream does not know lies beside its files from here on.
    for name, at in (("the first", "txid:1"), ("the last", "latest")):
        marked = ours.call("mark", ours.replica, name, at, "--note", "interop")
        tally.expect(marked.code == 0, f"mark {name} ended with {marked.code}: {marked.stderr}")

    def compare(name, restore_ours, restore_theirs):
        restore_ours(one)
        restore_theirs(two)
        tally.equal(one, two, name)
        state = loads.truth_of(one).state
        remove_database(one)
        remove_database(two)
        return state

    moments = ours.moments()
    for at in spread(told_apart(moments, replica), MOST_ON_A_SERVER if replica.is_far else MOST_MOMENTS):
        by_txid = compare(f"txid {at.txid}", lambda o: ours.restore(o, txid=at.txid),
                          lambda o: theirs.restore(o, txid=at.txid))
        if at == moments[-1]:
            continue  # Litestream: "timestamp does not exist" after the last file's time; see latest
        # Litestream takes what is strictly before the time, we what is not after it.
        time = at.time.replace(microsecond=999_000) if replica.whole_seconds else at.time
        by_time = compare(f"time {time}", lambda o: ours.restore(o, time=time),
                          lambda o: theirs.restore(o, time=moment.later_ms(time, 1)))
        tally.expect(by_time == by_txid, f"moment {at.txid}: by time another state than by TXID")
    compare("latest", ours.restore, theirs.restore)
    if options:
        segments = replica.copies(replica.level(0), place.path("segments"))
        batches = [path for path in segments if len(set(path.stem.split("-"))) > 1]
        print(f"{len(batches)} of {len(segments)} files of level 0 are of several transactions", flush=True)
        tally.expect(batches, "no file of level 0 is of several transactions")
    proven = ours.call("verify", ours.replica, "--all")
    tally.expect(proven.code == 0, f"verify --all ended with {proven.code}: {proven.stderr}")
    source = place.path("source.db")
    loads.copy_pages(ours.database, source)
    ours.restore(one)
    tally.equal(source, one, "latest and the source at rest")
    verify_files(replica, place.path("copies"), tally)
    tally.finish(least=min(len(moments), 10))


def told_apart(moments, replica):
    """Those that the storage's times name: where they are whole seconds, the last one of each."""
    if not replica.whole_seconds:
        return moments
    return list({at.time.replace(microsecond=0): at for at in moments}.values())


def replicate_under_load(ours, seconds):
    """Two writers, checkpoints of their own, a restart of ours in the middle."""
    loads.write(ours.database, commits=200, seed=1)
    follower = ours.start_attached()
    wait_until(ours.newest_change, FIRST_SECONDS, "the first files in the replica", POLL_SECONDS)
    writers = [
        loads.Load("load_writer", ours.database, seed=2, mode="bursts", burst=20, pause_ms=150, schema_percent=2,
                   rollback_percent=5, big_percent=1),
        loads.Load("load_writer", ours.database, seed=3, mode="paced", rate=50, checkpoint_every=200),
    ]
    first = loads.Load("load_writer", ours.database, seed=4, mode="human", seconds=max(1, seconds // 2))
    first.wait()
    follower.stop()
    follower = ours.start_attached()
    loads.write(ours.database, seed=5, mode="human", seconds=max(1, seconds // 2))
    for writer in writers:
        writer.stop()
    follower.stop()


def verify_files(replica, folder, tally):
    """Superfly's `ltx verify` of every file that we wrote."""
    files = [path for path in replica.copies(replica.level(), folder) if LTX_NAME.match(path.name)]
    try:
        program = programs.ltx()
    except programs.Skip as missing:
        print(f"ltx verify: not tried, {missing}", flush=True)
        return
    done = ended([program, "verify", *files])
    tally.expect(done.code == 0, f"ltx verify: {done.stdout[-300:]} {done.stderr[-300:]}")
    print(f"ltx verify: {len(files)} files", flush=True)
