#pragma once

/// What commit_fault.so offers the program that it is preloaded into. Without the library the
/// symbols are null, and nothing goes wrong.
extern "C" {
/// From now on the writes, truncations and syncs of the database file and its -wal count. At call
/// number COMMIT_FAULT_AT (from 1) what COMMIT_FAULT_KIND says happens:
///   before  SIGKILL instead of the call      after  SIGKILL right after it
///   torn    SIGKILL after half of a write    eio    the call fails with EIO, the ones after it
///   work
void commit_fault_arm();
/// The calls counted since commit_fault_arm(); counting ends.
int commit_fault_disarm();
}
