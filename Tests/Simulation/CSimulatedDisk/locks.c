// Locks between the connections of one process, and the log's index that they share. A lock is
// what a handle says it holds: the others on the same file are few, and looked through.
#include <stdlib.h>

#include "disk.h"

static int strongest_other_lock(const struct handle *handle) {
    int strongest = SQLITE_LOCK_NONE;
    for (const struct handle *other = handle->node->handles; other != NULL; other = other->next) {
        if (other != handle && other->lock > strongest) strongest = other->lock;
    }
    return strongest;
}

static int raise_lock(struct handle *handle, int level) {
    int others = strongest_other_lock(handle);
    switch (level) {
    case SQLITE_LOCK_SHARED:
        if (others >= SQLITE_LOCK_PENDING) return SQLITE_BUSY;
        break;
    case SQLITE_LOCK_RESERVED:
        if (others >= SQLITE_LOCK_RESERVED) return SQLITE_BUSY;
        break;
    default:
        if (others >= SQLITE_LOCK_RESERVED) return SQLITE_BUSY;
        if (others >= SQLITE_LOCK_SHARED) {
            // No new readers come while the old ones go.
            handle->lock = SQLITE_LOCK_PENDING;
            return SQLITE_BUSY;
        }
    }
    handle->lock = level;
    return SQLITE_OK;
}

int handle_lock(sqlite3_file *file, int level) {
    struct handle *handle = (struct handle *)file;
    int code = SQLITE_OK;
    disk_lock(handle->disk);
    if (!handle->disk->is_running) {
        code = SQLITE_IOERR_LOCK;
    } else if (level > handle->lock) {
        code = raise_lock(handle, level);
    }
    disk_unlock(handle->disk);
    return code;
}

int handle_unlock(sqlite3_file *file, int level) {
    struct handle *handle = (struct handle *)file;
    disk_lock(handle->disk);
    if (level < handle->lock) handle->lock = level;
    disk_unlock(handle->disk);
    return SQLITE_OK;
}

int handle_check_reserved(sqlite3_file *file, int *is_reserved) {
    struct handle *handle = (struct handle *)file;
    disk_lock(handle->disk);
    *is_reserved = handle->lock >= SQLITE_LOCK_RESERVED
        || strongest_other_lock(handle) >= SQLITE_LOCK_RESERVED;
    disk_unlock(handle->disk);
    return SQLITE_OK;
}

// Regions keep their place: SQLite holds on to the addresses.
static void add_regions(struct node *node, int count, int size) {
    void **regions = allocate((size_t)count * sizeof *regions);
    for (int i = 0; i < count; i++) {
        regions[i] = i < node->region_count ? node->regions[i] : allocate((size_t)size);
    }
    free(node->regions);
    node->regions = regions;
    node->region_count = count;
}

int handle_map_region(
    sqlite3_file *file, int region, int size, int extend, void volatile **memory
) {
    struct handle *handle = (struct handle *)file;
    struct node *node = handle->node;
    int code = SQLITE_OK;
    *memory = NULL;
    disk_lock(handle->disk);
    if (!handle->disk->is_running) {
        code = SQLITE_IOERR_SHMMAP;
    } else {
        handle->maps_index = true;
        if (region >= node->region_count && extend) add_regions(node, region + 1, size);
        if (region < node->region_count) *memory = node->regions[region];
    }
    disk_unlock(handle->disk);
    return code;
}

static bool is_blocked(const struct handle *handle, unsigned slots, bool is_exclusive) {
    for (const struct handle *other = handle->node->handles; other != NULL; other = other->next) {
        if (other == handle) continue;
        if (other->exclusive_slots & slots) return true;
        if (is_exclusive && other->shared_slots & slots) return true;
    }
    return false;
}

int handle_lock_slots(sqlite3_file *file, int first, int count, int flags) {
    struct handle *handle = (struct handle *)file;
    unsigned slots = ((1u << count) - 1) << first;
    bool is_exclusive = flags & SQLITE_SHM_EXCLUSIVE;
    int code = SQLITE_OK;
    disk_lock(handle->disk);
    if (flags & SQLITE_SHM_UNLOCK) {
        handle->shared_slots &= ~slots;
        handle->exclusive_slots &= ~slots;
    } else if (!handle->disk->is_running) {
        code = SQLITE_IOERR_SHMLOCK;
    } else if (is_blocked(handle, slots, is_exclusive)) {
        code = SQLITE_BUSY;
    } else if (is_exclusive) {
        handle->exclusive_slots |= slots;
    } else {
        handle->shared_slots |= slots;
    }
    disk_unlock(handle->disk);
    return code;
}

void handle_barrier(sqlite3_file *file) {
    const struct sim_disk *disk = ((struct handle *)file)->disk;
    disk_lock(disk);
    disk_unlock(disk);
}

int handle_unmap(sqlite3_file *file, int deletes) {
    // The index is gone with its last user in any case: the next one begins with a recovery.
    (void)deletes;
    struct handle *handle = (struct handle *)file;
    struct node *node = handle->node;
    disk_lock(handle->disk);
    handle->maps_index = false;
    handle->shared_slots = handle->exclusive_slots = 0;
    bool is_used = false;
    for (const struct handle *other = node->handles; other != NULL; other = other->next) {
        is_used |= other->maps_index;
    }
    if (!is_used) {
        for (int i = 0; i < node->region_count; i++) free(node->regions[i]);
        free(node->regions);
        node->regions = NULL;
        node->region_count = 0;
    }
    disk_unlock(handle->disk);
    return SQLITE_OK;
}
