// The disk: its directory, its plans, and whether it runs. Nothing here locks; the callers do.
#ifndef SIMULATED_DISK_H
#define SIMULATED_DISK_H

#include <pthread.h>
#include <sqlite3.h>

#include "CSimulatedDisk.h"
#include "node.h"

// The longest path, with its end.
#define MAXIMUM_PATH_BYTES 512

struct sim_disk {
    pthread_mutex_t mutex;
    sqlite3_vfs vfs;
    char name[32];
    uint64_t random;
    bool is_running;
    struct entry *entries;
    uint64_t open_files;
    // Countdowns; 0 is no plan.
    uint64_t changes_until_stop;
    uint64_t writes_until_fault;
    uint64_t syncs_until_fault;
    struct sim_disk_counters counters;
};

// A name in the one directory, and the file it names now and after a power loss; NULL is none.
struct entry {
    struct entry *next;
    struct node *now;
    struct node *durable;
    char path[MAXIMUM_PATH_BYTES];
};

// An open file of a connection.
struct handle {
    sqlite3_file base;
    struct sim_disk *disk;
    struct node *node;
    // The next one on the same file.
    struct handle *next;
    bool syncs_directory;
    // One of SQLITE_LOCK_*.
    int lock;
    bool maps_index;
    // One bit a slot of the log's index.
    unsigned shared_slots;
    unsigned exclusive_slots;
};

void disk_lock(const struct sim_disk *disk);
void disk_unlock(const struct sim_disk *disk);

// NULL where there is no such file.
struct node *disk_find(const struct sim_disk *disk, const char *path);
struct node *disk_make_file(struct sim_disk *disk, const char *path);
void disk_delete(struct sim_disk *disk, const char *path);
void disk_sync_name(struct sim_disk *disk, const struct node *node);
void disk_sync_directory(struct sim_disk *disk);

// What becomes of a change: it happens, the disk stops in its midst, or it does not begin.
enum admission { HAPPENS, INTERRUPTED, REFUSED };
enum admission disk_admit_change(struct sim_disk *disk);
// Counts a plan down; true when its time has come.
bool is_due(uint64_t *countdown);

// The calls on open files about locks and the log's index.
int handle_lock(sqlite3_file *file, int level);
int handle_unlock(sqlite3_file *file, int level);
int handle_check_reserved(sqlite3_file *file, int *is_reserved);
int handle_map_region(sqlite3_file *file, int region, int size, int extend, void volatile **memory);
int handle_lock_slots(sqlite3_file *file, int first, int count, int flags);
void handle_barrier(sqlite3_file *file);
int handle_unmap(sqlite3_file *file, int deletes);

// The calls on the file system, for the disk whose `vfs` this is.
void vfs_prepare(struct sim_disk *disk);

#endif
