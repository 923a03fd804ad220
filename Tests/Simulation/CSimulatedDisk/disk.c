#include "disk.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sim_disk *sim_disk_create(uint64_t seed) {
    static atomic_uint created;
    struct sim_disk *disk = allocate(sizeof *disk);
    pthread_mutex_init(&disk->mutex, NULL);
    snprintf(disk->name, sizeof disk->name, "mayfly-sim-%u", atomic_fetch_add(&created, 1) + 1);
    disk->random = seed;
    disk->is_running = true;
    vfs_prepare(disk);
    if (sqlite3_vfs_register(&disk->vfs, 0) == SQLITE_OK) return disk;
    fputs("SQLite does not take the simulated disk\n", stderr);
    abort();
}

// Takes an entry out of the directory; the place that held it holds the next one.
static void remove_entry(struct entry **place) {
    struct entry *entry = *place;
    *place = entry->next;
    node_release(entry->now);
    node_release(entry->durable);
    free(entry);
}

void sim_disk_destroy(struct sim_disk *disk) {
    if (disk->open_files > 0) {
        fputs("a simulated disk is destroyed under an open connection\n", stderr);
        abort();
    }
    sqlite3_vfs_unregister(&disk->vfs);
    while (disk->entries != NULL) remove_entry(&disk->entries);
    pthread_mutex_destroy(&disk->mutex);
    free(disk);
}

const char *sim_disk_vfs(const struct sim_disk *disk) { return disk->name; }

// What only reads the disk locks it too.
void disk_lock(const struct sim_disk *disk) {
    pthread_mutex_lock((pthread_mutex_t *)&disk->mutex);
}

void disk_unlock(const struct sim_disk *disk) {
    pthread_mutex_unlock((pthread_mutex_t *)&disk->mutex);
}

// The directory, in the order in which names appeared: a crash goes through it in that order.

static struct entry **find_place(struct sim_disk *disk, const char *path) {
    struct entry **place = &disk->entries;
    while (*place != NULL && strcmp((*place)->path, path) != 0) place = &(*place)->next;
    return place;
}

struct node *disk_find(const struct sim_disk *disk, const char *path) {
    struct entry *entry = disk->entries;
    while (entry != NULL && strcmp(entry->path, path) != 0) entry = entry->next;
    return entry != NULL ? entry->now : NULL;
}

struct node *disk_make_file(struct sim_disk *disk, const char *path) {
    struct entry **place = find_place(disk, path);
    if (*place == NULL) {
        *place = allocate(sizeof **place);
        snprintf((*place)->path, sizeof (*place)->path, "%s", path);
    }
    node_release((*place)->now);
    return (*place)->now = node_create();
}

void disk_delete(struct sim_disk *disk, const char *path) {
    struct entry **place = find_place(disk, path);
    if (*place == NULL) return;
    node_release((*place)->now);
    (*place)->now = NULL;
    if ((*place)->durable == NULL) remove_entry(place);
}

// The name stands for the file after a power loss too, or for none. True when it is for one.
static bool settle_entry(struct entry *entry, struct node *node) {
    if (node != NULL) node_retain(node);
    node_release(entry->durable);
    entry->durable = node;
    if (node != NULL) node_retain(node);
    node_release(entry->now);
    entry->now = node;
    return node != NULL;
}

void disk_sync_name(struct sim_disk *disk, const struct node *node) {
    for (struct entry *entry = disk->entries; entry != NULL; entry = entry->next) {
        if (entry->now == node) settle_entry(entry, entry->now);
    }
}

void disk_sync_directory(struct sim_disk *disk) {
    for (struct entry **place = &disk->entries; *place != NULL;) {
        if (settle_entry(*place, (*place)->now)) {
            place = &(*place)->next;
        } else {
            remove_entry(place);
        }
    }
}

// Plans, stopping and starting.

bool is_due(uint64_t *countdown) { return *countdown > 0 && --*countdown == 0; }

enum admission disk_admit_change(struct sim_disk *disk) {
    if (!disk->is_running) return REFUSED;
    if (!is_due(&disk->changes_until_stop)) return HAPPENS;
    disk->is_running = false;
    return INTERRUPTED;
}

static void plan(struct sim_disk *disk, uint64_t *countdown, uint64_t nth) {
    disk_lock(disk);
    *countdown = nth;
    disk_unlock(disk);
}

void sim_disk_stop_at(struct sim_disk *disk, uint64_t nth_change) {
    plan(disk, &disk->changes_until_stop, nth_change);
}

void sim_disk_fail_write(struct sim_disk *disk, uint64_t nth) {
    plan(disk, &disk->writes_until_fault, nth);
}

void sim_disk_fail_sync(struct sim_disk *disk, uint64_t nth) {
    plan(disk, &disk->syncs_until_fault, nth);
}

void sim_disk_stop(struct sim_disk *disk) {
    disk_lock(disk);
    disk->is_running = false;
    disk_unlock(disk);
}

bool sim_disk_is_running(const struct sim_disk *disk) {
    disk_lock(disk);
    bool is_running = disk->is_running;
    disk_unlock(disk);
    return is_running;
}

// A directory that was not synced has the old file under a name, or the new one, or, where one
// took the other's place, none.
static struct node *survivor(const struct entry *entry, uint64_t *random) {
    if (entry->now == entry->durable) return entry->now;
    bool is_replaced = entry->now != NULL && entry->durable != NULL;
    if (is_replaced && chance(random, 1, 3)) return NULL;
    return chance(random, 1, 2) ? entry->now : entry->durable;
}

void sim_disk_crash(struct sim_disk *disk, uint64_t seed) {
    uint64_t random = seed;
    disk_lock(disk);
    disk->is_running = false;
    for (struct entry **place = &disk->entries; *place != NULL;) {
        if (settle_entry(*place, survivor(*place, &random))) {
            node_settle((*place)->now, &random, &disk->counters);
            node_forget((*place)->now);
            place = &(*place)->next;
        } else {
            remove_entry(place);
        }
    }
    disk_unlock(disk);
}

bool sim_disk_restart(struct sim_disk *disk) {
    disk_lock(disk);
    bool restarts = disk->open_files == 0;
    if (restarts) {
        disk->changes_until_stop = 0;
        disk->writes_until_fault = 0;
        disk->syncs_until_fault = 0;
        disk->is_running = true;
    }
    disk_unlock(disk);
    return restarts;
}

struct sim_disk_counters sim_disk_count(const struct sim_disk *disk) {
    disk_lock(disk);
    struct sim_disk_counters counters = disk->counters;
    disk_unlock(disk);
    return counters;
}

uint64_t sim_disk_open_files(const struct sim_disk *disk) {
    disk_lock(disk);
    uint64_t open_files = disk->open_files;
    disk_unlock(disk);
    return open_files;
}
