// A disk in memory for SQLite that loses power honestly: what was not synced is kept, dropped or
// torn at sectors, each write by itself, as a seed decides. One disk a simulation, many at once.
//
// No clock and no randomness but from the seeds given: driven by one thread, the same calls leave
// the same disk. (SQLite salts its log from a generator of the whole process; no outcome here
// depends on the bytes of a salt.) Every call may come from any thread.
//
// The model, from the weakest promises that SQLite's own Unix files rest on:
// - A write is seen at once and durable when its file is synced. Within a sector of 512 bytes it
//   happens whole or not at all, and it leaves its neighbours alone.
// - Unsynced writes and truncations of a file stay in their order where they overlap; any subset
//   of them may be lost. A file that grew without its data reads as zeros or as old rubbish there.
// - A file's existence is durable when it is synced, a deletion when the directory is. A journal
//   or a write-ahead log syncs the directory with its first sync, as SQLite's Unix files do.
// - A sync that fails has forgotten what it did not write: it stays to be read until the power
//   goes, and no later sync makes it durable.
#ifndef CSIMULATEDDISK_H
#define CSIMULATEDDISK_H

#include <stdbool.h>
#include <stdint.h>

struct sim_disk;

struct sim_disk_counters {
    uint64_t writes;
    uint64_t bytes_written;
    uint64_t truncations;
    uint64_t syncs;
    uint64_t deletions;
    // Fates of unsynced writes and truncations, over all crashes and failed syncs.
    uint64_t kept;
    uint64_t torn;
    uint64_t dropped;
};

// An empty disk, running. The seed decides what interrupted and failed calls leave behind.
struct sim_disk *sim_disk_create(uint64_t seed);
// Every connection to the disk must be closed.
void sim_disk_destroy(struct sim_disk *disk);

// "mayfly-sim-<n>", to open databases with; it lives as long as the disk.
const char *sim_disk_vfs(const struct sim_disk *disk);

// The process dies: every call fails from now on. What it wrote is kept, synced or not.
void sim_disk_stop(struct sim_disk *disk);
// The same in the middle of the nth change from now (write, truncation, sync or deletion; 1 is
// the next), which is left undone or half done. 0 takes the plan back.
void sim_disk_stop_at(struct sim_disk *disk, uint64_t nth_change);
bool sim_disk_is_running(const struct sim_disk *disk);
// The power goes: the disk stops, and what was not synced meets the fate that the seed gives it.
void sim_disk_crash(struct sim_disk *disk, uint64_t seed);
// Runs again, with no plan left. False, and nothing is done, while a connection of before is open.
bool sim_disk_restart(struct sim_disk *disk);

// The nth write or sync from now (1 is the next) fails once with an I/O error; 0 takes it back.
void sim_disk_fail_write(struct sim_disk *disk, uint64_t nth);
void sim_disk_fail_sync(struct sim_disk *disk, uint64_t nth);

// Since the disk was created.
struct sim_disk_counters sim_disk_count(const struct sim_disk *disk);
// Files that connections hold open.
uint64_t sim_disk_open_files(const struct sim_disk *disk);

#endif
