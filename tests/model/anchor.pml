/* The anchor protocol of core/DESIGN.md against everything that applications may do with their log.

   SQLite's part is wal.c: what a reader, a writer, a checkpointer and a recovery read and write, in that
   order. A step is what nobody else can see in parts. Every process of the application may be killed between
   any two: a kill drops its locks and leaves the rest, as a rollback does, so both are one `gone`. Killed at
   the header it leaves it torn, and whoever comes next rebuilds it from the file: then frames with a commit
   mark that nobody committed are committed.

   Tidemark's part is freer than the program. Once it follows, it captures, reads into memory, hands over and
   seals in any order and as often as it likes, and its own PASSIVE and TRUNCATE are some of the application's, which may come at
   any time. So what the program does in a certain order (the turns of a cycle, the early step away from zero,
   making way for somebody's TRUNCATE) is for speed, not for safety. It may be killed at each step,
   and attaches again.

   What must hold:
   - when the log is restarted or cut while Tidemark follows it, each committed frame is captured;
   - what is captured is committed and in its place, nothing is left out, nothing goes back;
   - Tidemark never goes on in a log while something before it was lost.

   What the bounds leave out: more than FRAMES frames in a log and LOGS logs; two of the four slots beside
   slot 0; more than one checkpointer and one reader of the application. What is left out for good: the pages;
   lost power; replaced files (noticed by device and inode); salts that come twice. A RESTART checkpoint only
   waits, so it is a FULL one. A mark that nobody holds says nothing: whoever needs one makes it.

   OLD_SQLITE: the checkpointer before 3.51.3, which does not look again whether the log of which it read is
   still there.
   KILL_IN_RESTART: killed between the header and nBackfill of a restart; then SQLite itself loses commits.
   M_...: one step of the protocol changed. check.py says of each what it is and that it is found out. */

#ifndef FRAMES
#define FRAMES 2
#endif
#ifndef LOGS
#define LOGS 3
#endif
#ifndef WRITERS
#define WRITERS 1
#endif

#define NONE 7
#define UNUSED 15

/* Who holds a lock. */
#define WRITER 0
#define CHECKPOINTER 2
#define TIDEMARK 3
#define RECOVERY 4
#define NOBODY 5

/* The wal-index: its header, nBackfill and the marks; then the locks. */
byte salt = 1;
byte mxFrame = 0;
bit torn = 0;
byte nBackfill = 0;
byte mark[3];
byte shared[3];
bit exclusive[3];
byte writeLock = NOBODY;
byte ckptLock = NOBODY;

/* Whether the header is still the one with which a writer began. */
bit current[2];

byte newestSalt = 1;

/* The file: the salts in its header (0: it is empty), the frames that carry them with a right checksum, which of
   them carry a commit mark (bit i - 1), and how many are committed. */
byte fileSalt = 0;
byte written = 0;
byte marks = 0;
byte committed = 0;

/* Tidemark: the position that it remembers, and a newer one that is in memory only. */
byte capturedSalt = 0;
byte captured = 0;
bit inMemory = 0;
byte memorySalt = 0;
byte memoryEnd = 0;

/* The truth, which no process can see: whether Tidemark follows, how many of the committed frames in the file it
   has (remembered; with its memory), whether something before them was lost to what it remembers. */
bit follows = 0;
byte has = 0;
byte hasInMemory = 0;
bit missed = 0;

#define isFree(slot) (shared[slot] == 0 && !exclusive[slot])
#define hasAll(frames) ((inMemory && hasInMemory >= frames) || (!inMemory && has >= frames))
#define isMarked(frame) (marks & (1 << (frame - 1)))

inline release(slot)
{
    if
    :: slot < NONE ->
        shared[slot]--;
        if
        :: slot > 0 && shared[slot] == 0 -> mark[slot] = UNUSED
        :: else
        fi;
        slot = NONE
    :: else
    fi
}

inline releaseLocks(who)
{
    if
    :: writeLock == who -> writeLock = NOBODY
    :: else
    fi;
    if
    :: ckptLock == who -> ckptLock = NOBODY
    :: else
    fi
}

/* The file's frames go. */
inline loseFrames()
{
    assert(!follows || hasAll(committed));
    if
    :: has < committed -> missed = 1
    :: else
    fi;
    has = 0;
    hasInMemory = 0;
    written = 0;
    marks = 0;
    committed = 0
}

/* walTryBeginRead, from the marks on: the best one, or a free one made the best. NONE: another try. */
inline takeMark(slot)
{
    slot = NONE;
    if
    :: mark[1] <= mxFrame -> slot = 1
    :: else
    fi;
    if
    :: mark[2] <= mxFrame && (slot == NONE || mark[2] > mark[1]) -> slot = 2
    :: else
    fi;
    if
    :: slot != NONE && mark[slot] == mxFrame
    :: else ->
        if
        :: isFree(1) -> mark[1] = mxFrame; slot = 1
        :: !isFree(1) && isFree(2) -> mark[2] = mxFrame; slot = 2
        :: else
        fi
    fi;
    if
    :: slot != NONE && !exclusive[slot] -> shared[slot]++
    :: else -> slot = NONE
    fi
}

/* walTryBeginRead. It looks at the header, locks a slot and looks again, and tries again unless both looks agree;
   so here it is one step. In between nBackfill may have come to the end: it may land on a mark even so. A torn
   header keeps everybody out until it is recovered. */
inline beginRead(slot)
{
    !torn;
    if
    :: nBackfill == mxFrame && !exclusive[0] -> shared[0]++; slot = 0
    :: takeMark(slot)
    fi
}

/* walRestartHdr: the header first, then nBackfill and the marks, with all slots >= 1 locked. */
#define mayRestart (isFree(1) && isFree(2) && newestSalt < LOGS)
inline restartHeader()
{
    assert(mxFrame == 0 || !follows || hasAll(mxFrame));
    newestSalt++;
    salt = newestSalt;
    mxFrame = 0;
    torn = 0;
    current[0] = 0;
    current[1] = 0;
    exclusive[1] = 1;
    exclusive[2] = 1
}
inline unlockMarks()
{
    exclusive[1] = 0;
    exclusive[2] = 0
}

/* walFrames, by who holds the write lock, and a mark: some frames, and then the commit mark or a kill. The first writer
   of a process makes new salts for an empty log. */
inline appendFrames()
{
    if
    :: mxFrame == 0 -> loseFrames(); fileSalt = salt
    :: mxFrame == 0 && newestSalt < LOGS -> loseFrames(); newestSalt++; fileSalt = newestSalt
    :: mxFrame > 0 && mxFrame < FRAMES -> assert(fileSalt == salt)
    :: goto gone
    fi;
    marks = marks & ((1 << mxFrame) - 1);
    written = mxFrame + 1;
    do
    :: written < FRAMES -> written++
    :: break
    od;
    if
    :: marks = marks | (1 << (written - 1))
    :: goto gone
    fi
}

proctype Writer(byte me)
{
    byte slot = NONE;

idle:
    atomic {
        beginRead(slot);
        if
        :: slot == NONE -> goto idle
        :: else -> current[me] = 1
        fi
    };
    if
    /* walRestartLog */
    :: atomic { current[me] && writeLock == NOBODY && slot == 0 && nBackfill > 0 && mayRestart ->
        current[me] = 0;
        if
        :: writeLock = WRITER + me; restartHeader()
        :: torn = 1; goto gone
        fi };
        atomic {
#ifdef KILL_IN_RESTART
            if
            :: unlockMarks(); goto gone
            :: true
            fi;
#endif
            nBackfill = 0;
            unlockMarks();
            release(slot);
            takeMark(slot);
            appendFrames()
        }
    :: atomic { current[me] && writeLock == NOBODY && (slot > 0 || nBackfill == 0 || !mayRestart) ->
        current[me] = 0;
        if
        :: slot == 0 -> release(slot); takeMark(slot)
        :: else
        fi;
        if
        :: slot == NONE -> goto gone
        :: else -> writeLock = WRITER + me; appendFrames()
        fi }
    :: atomic { goto gone }
    fi;
    atomic {
        if
        :: salt = fileSalt; mxFrame = written; committed = written; torn = 0; current[0] = 0; current[1] = 0
        :: torn = 1
        :: true
        fi;
        goto gone
    };
gone:
    atomic {
        releaseLocks(WRITER + me);
        release(slot);
        current[me] = 0;
        goto idle
    }
}

proctype Reader()
{
    byte slot = NONE;

    do
    :: atomic { slot == NONE -> beginRead(slot) }
    :: atomic { slot != NONE -> release(slot) }
    od
}

/* sqlite3WalCheckpoint. Of the header that it read, `from` and `mx`, it makes use after others may have changed it,
   unless it has the write lock. A mark that somebody holds bounds it; one that nobody holds goes out of the way. */
proctype Checkpointer()
{
    byte from;
    byte mx;
    byte safe;

idle:
    atomic {
        ckptLock == NOBODY && !torn -> ckptLock = CHECKPOINTER;
        from = salt;
        mx = mxFrame;
        if
        :: writeLock == NOBODY -> writeLock = CHECKPOINTER
        :: true
        fi
    };
    if
    :: atomic { nBackfill < mx ->
        safe = mx;
        safe = (safe > mark[1] -> mark[1] : safe);
        safe = (safe > mark[2] -> mark[2] : safe) };
        if
        :: atomic { nBackfill < safe && isFree(0) -> exclusive[0] = 1;
#ifndef OLD_SQLITE
            if
            :: salt != from -> safe = 0
            :: else
            fi;
#endif
            from = 0 };
            atomic {
                if
                :: safe > 0 -> nBackfill = safe
                :: true
                fi;
                safe = 0;
                exclusive[0] = 0
            }
        :: atomic { nBackfill >= safe || !isFree(0) -> safe = 0 }
        fi
    :: atomic { nBackfill >= mx -> from = 0 }
    :: atomic { goto gone }
    fi;
    /* TRUNCATE */
    if
    :: atomic { writeLock == CHECKPOINTER && nBackfill >= mx && mayRestart ->
        if
        :: restartHeader()
        :: torn = 1; goto gone
        fi };
        atomic {
#ifdef KILL_IN_RESTART
            if
            :: unlockMarks(); goto gone
            :: true
            fi;
#endif
            nBackfill = 0 };
        atomic {
            if
            :: loseFrames(); fileSalt = 0
            :: true
            fi;
            unlockMarks();
            goto gone
        }
    :: atomic { goto gone }
    fi;
gone:
    atomic {
        releaseLocks(CHECKPOINTER);
        from = 0;
        mx = 0;
        safe = 0;
        goto idle
    }
}

/* walIndexRecover, by whoever comes first. */
proctype Recovery()
{
    byte i;

idle:
    atomic {
        torn && writeLock == NOBODY && ckptLock == NOBODY ->
        writeLock = RECOVERY;
        ckptLock = RECOVERY;
        i = written;
        do
        :: i > 0 && !isMarked(i) -> i--
        :: else -> break
        od;
        salt = (fileSalt > 0 -> fileSalt : salt);
        mxFrame = i;
        committed = i;
        i = 0;
        torn = 0;
        current[0] = 0;
        current[1] = 0
    };
    if
    :: atomic { nBackfill = 0; goto gone }
    :: atomic { goto gone }
    fi;
gone:
    atomic {
        releaseLocks(RECOVERY);
        goto idle
    }
}

#define endSalt (inMemory -> memorySalt : capturedSalt)
#define endFrame (inMemory -> memoryEnd : captured)
#define isAtEndOf(log, end) (end == 0 || (log == capturedSalt && end == captured))
#define isAtEnd (mxFrame == 0 || (salt == endSalt && mxFrame == endFrame))

/* Anchor::handOver: the two rules. `x` and `y` are the header before. */
#if defined(M_A_LE)
#define ruleA (salt == x && nBackfill <= y)
#elif defined(M_A_NO_SALTS)
#define ruleA (nBackfill < y)
#elif defined(M_A_END_AFTER)
#define ruleA (salt == x && nBackfill < mxFrame)
#elif defined(M_A_ALWAYS)
#define ruleA (salt == x)
#else
#define ruleA (salt == x && nBackfill < y)
#endif
#if defined(M_B_NO_SALTS)
#define ruleB (mxFrame == endFrame)
#elif defined(M_B_NO_MXFRAME)
#define ruleB (salt == endSalt)
#elif defined(M_B_BACKFILLED)
#define ruleB (nBackfill == mxFrame)
#elif defined(M_SEAL_CAPTURE_AFTER) || defined(M_SEAL_SWAP)
#define ruleB (sealed || (salt == endSalt && mxFrame == endFrame))
#else
#define ruleB (salt == endSalt && mxFrame == endFrame)
#endif

/* A log whose restart was torn comes back with its old salts. Who looked at every page in between has its frames, and
   must not go back to one of them. */
#ifdef M_CUT_RETURNED
#define mayCut true
#else
#define mayCut (x == endSalt || endFrame > 0)
#endif

/* What is read of the log `x` is committed and in its place, and goes on where the last reading ended. */
inline readCommitted(end)
{
    assert(fileSalt == x && end <= committed);
    assert(!missed && (x != capturedSalt || has >= captured) && has <= end)
}

/* The same for what goes into memory: on from what is there already, else from what is remembered. */
inline readOn(end)
{
    assert(fileSalt == x && end <= committed);
    assert(inMemory || (!missed && (x != capturedSalt || has >= captured) && has <= end));
    assert(!inMemory || ((x != memorySalt || hasInMemory >= memoryEnd) && hasInMemory <= end))
}

inline forgetMemory()
{
    inMemory = 0;
    memorySalt = 0;
    memoryEnd = 0;
    hasInMemory = 0
}

proctype Tidemark()
{
    byte anchor = NONE;
    byte fresh = NONE;
    byte sealer = NONE;
    bit sealed = 0;
    byte x;
    byte y;
    byte end;
    bit right;

away:
    /* Anchor::attach: from the header that its transaction sees. */
    atomic {
        beginRead(anchor);
        if
        :: anchor == NONE -> goto away
        :: else -> x = salt; y = mxFrame
        fi
    };
    /* Replicator::catchUp. The frames are read twice, for their order and for their pages; a last look tells
       whether they stayed. Without a place in the log, as after a kill between the segment in the spool and its
       record, and whenever it likes, it looks at every page. */
    if
#ifndef M_ATTACH_NO_CHECK
    :: atomic { capturedSalt == x && captured <= y && (captured == 0 || (fileSalt == x && written >= captured)) ->
#else
    :: atomic { capturedSalt > 0 ->
#endif
        if
        :: isAtEndOf(x, y) -> right = 1; goto read
        :: !isAtEndOf(x, y) && fileSalt == x && written >= y
        :: !isAtEndOf(x, y) && (fileSalt != x || written < y) -> goto whole
        fi }
    :: atomic { goto whole }
    :: atomic { goto gone }
    fi;
    atomic {
        right = (fileSalt == x && committed >= y && !missed && (capturedSalt != x || has >= captured));
#ifdef M_ATTACH_STORE_FIRST
        assert(right)
#endif
    };
read:
    atomic {
        if
#ifndef M_ATTACH_NO_LOOK
        :: torn || salt != x -> goto whole
        :: !torn && salt == x
#else
        :: true
#endif
        fi;
        assert(right && !missed);
        if
        :: y > 0 -> capturedSalt = x; captured = y; has = y
        :: else
        fi;
        follows = 1;
        x = 0;
        y = 0;
        right = 0;
        goto following
    };

whole:
    /* Every page, at the exact position of a second transaction, and from the log what is not backfilled. */
    atomic {
        beginRead(fresh);
        x = 0;
        y = 0;
        right = 0;
        if
        :: fresh == NONE -> goto whole
        :: else
        fi;
#ifdef M_DIFF_NOT_EXACT
        x = salt;
        y = mxFrame
    };
    atomic {
        !torn;
        hasInMemory = (mxFrame > 0 && (salt != x || mxFrame != y) -> mxFrame - 1 : committed);
        x = 0;
        y = 0;
#else
        hasInMemory = committed;
#endif
        inMemory = 1;
        memorySalt = salt;
        memoryEnd = mxFrame;
        right = (mxFrame > 0 && nBackfill != mxFrame);
        follows = 1
    };
    atomic { assert(!right || (fileSalt == memorySalt && committed >= memoryEnd)); right = 0 };

following:
    if
    /* Into the spool, and remembered. */
    :: atomic { inMemory && !sealed ->
#ifdef M_DROP_MEMORY
        if
        :: fresh == NONE
        :: else ->
#endif
        capturedSalt = memorySalt;
        captured = memoryEnd;
        has = hasInMemory;
        missed = 0;
#ifdef M_DROP_MEMORY
        fi;
#endif
        forgetMemory();
        release(fresh);
        goto following }
    /* Capture::captureLog, up to some commit. */
    :: atomic { !inMemory && !sealed && !torn && !isAtEnd -> x = salt;
#ifdef M_CAPTURE_BEYOND
        y = (fileSalt == salt && written > mxFrame && isMarked(written) -> written : mxFrame) };
#else
        y = mxFrame };
#endif
        atomic {
            end = y;
            do
            :: end > 1 && mayCut && (x != endSalt || end - 1 > endFrame) -> end--
            :: break
            od;
            if
            :: isMarked(end)
            :: else -> end = y
            fi;
            readCommitted(end);
            capturedSalt = x;
            captured = end;
            has = end;
            end = 0;
            x = 0;
            y = 0;
            goto following
        }
    /* Capture::hold: into memory, on from the end of what is there; under the seal all of the rest. */
    :: atomic { fresh == NONE && !torn && !isAtEnd -> x = salt; y = mxFrame };
        atomic {
            end = y;
            do
            :: !sealed && end > 1 && mayCut && (x != endSalt || end - 1 > endFrame) -> end--
            :: break
            od;
            if
            :: isMarked(end)
            :: else -> end = y
            fi;
            readOn(end);
            memorySalt = x;
            memoryEnd = end;
            hasInMemory = end;
            inMemory = 1;
            end = 0;
            x = 0;
            y = 0;
            goto following
        }
    /* Anchor::handOver */
    :: atomic { fresh == NONE && !torn -> x = salt; y = mxFrame;
#ifdef M_NO_SECOND_LOOK
        right = (nBackfill < mxFrame || (salt == endSalt && mxFrame == endFrame))
#endif
        };
#ifdef M_END_FIRST
        atomic { release(anchor) };
#endif
        atomic {
            if
            :: torn -> fresh = NONE
            :: !torn -> beginRead(fresh)
            fi;
            if
            :: fresh == NONE ->
#if defined(M_BUSY_ENDS_OLD)
                release(anchor);
#elif defined(M_END_FIRST)
                goto gone;
#endif
                x = 0;
                y = 0;
                right = 0;
                goto following
            :: else
            fi
        };
        atomic {
            if
#if defined(M_NO_SECOND_LOOK)
            :: right
            :: !right ->
#else
            :: !torn && (ruleA || ruleB)
            :: torn || !(ruleA || ruleB) ->
#endif
#ifdef M_END_FIRST
                goto gone;
#endif
                release(fresh);
                x = 0;
                y = 0;
                right = 0;
                goto following
            fi;
            x = 0;
            y = 0;
            right = 0
        };
        atomic { release(anchor); anchor = fresh; fresh = NONE; goto following }
    /* The seal: BEGIN IMMEDIATE. */
    :: atomic { fresh == NONE && !sealed && writeLock == NOBODY && !torn ->
        beginRead(sealer);
        if
        :: sealer != NONE -> writeLock = TIDEMARK; sealed = 1
        :: else
        fi;
        goto following }
#ifdef M_SEAL_SWAP
    :: atomic { sealed && !torn && isAtEnd -> writeLock = NOBODY; release(sealer); sealed = 0; goto following }
#else
    :: atomic { sealed -> writeLock = NOBODY; release(sealer); sealed = 0; goto following }
#endif
#ifdef M_PASSIVE_NO_ANCHOR
    :: atomic { !inMemory && !sealed -> release(anchor) };
        atomic { anchor == NONE -> beginRead(anchor); goto following }
#endif
    :: atomic { goto gone }
    fi;

gone:
    atomic {
        follows = 0;
        release(anchor);
        release(fresh);
        release(sealer);
        releaseLocks(TIDEMARK);
        sealed = 0;
        x = 0;
        y = 0;
        right = 0;
#ifdef M_REMEMBER_FIRST
        if
        :: inMemory -> capturedSalt = memorySalt; captured = memoryEnd
        :: else
        fi;
#endif
        forgetMemory();
        goto away
    }
}

init {
    atomic {
        mark[1] = UNUSED;
        mark[2] = UNUSED;
        run Tidemark();
        run Writer(0);
#if WRITERS > 1
        run Writer(1);
#endif
#ifndef NO_READER
        run Reader();
#endif
        run Checkpointer();
        run Recovery()
    }
}
