// SQLite's calls on a file and on the file system, answered from memory.
#include <sched.h>
#include <string.h>

#include "disk.h"

// As SQLite's Unix files say it: what is tested is what runs.
#define REPORTED_SECTOR_BYTES 4096
#define CHARACTERISTICS SQLITE_IOCAP_POWERSAFE_OVERWRITE

// The start of 2026 in milliseconds since the first Julian day, as SQLite counts.
#define FIXED_TIME_MILLISECONDS 212633985600000

// Files.

static int file_close(sqlite3_file *file) {
    struct handle *handle = (struct handle *)file;
    handle_unmap(file, 0);
    disk_lock(handle->disk);
    struct handle **place = &handle->node->handles;
    while (*place != handle) place = &(*place)->next;
    *place = handle->next;
    node_release(handle->node);
    handle->disk->open_files--;
    disk_unlock(handle->disk);
    return SQLITE_OK;
}

static int read_seen(const struct image *seen, uint8_t *bytes, size_t count, size_t offset) {
    size_t found = offset < seen->length ? seen->length - offset : 0;
    if (found > count) found = count;
    if (found > 0) memcpy(bytes, seen->bytes + offset, found);
    if (found == count) return SQLITE_OK;
    // SQLite wants the rest as zeros.
    memset(bytes + found, 0, count - found);
    return SQLITE_IOERR_SHORT_READ;
}

static int file_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    const struct handle *handle = (struct handle *)file;
    disk_lock(handle->disk);
    int code = handle->disk->is_running
        ? read_seen(&handle->node->seen, bytes, (size_t)count, (size_t)offset)
        : SQLITE_IOERR_READ;
    disk_unlock(handle->disk);
    return code;
}

// What of a write is done that does not come to its end: some of its first sectors.
static size_t done_part(struct sim_disk *disk, size_t offset, size_t length) {
    size_t end = offset + draw(&disk->random) % (length + 1);
    end -= end % SECTOR_BYTES;
    return end > offset ? end - offset : 0;
}

static int file_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    struct handle *handle = (struct handle *)file;
    struct sim_disk *disk = handle->disk;
    size_t start = (size_t)offset;
    size_t length = (size_t)count;
    int code = SQLITE_OK;
    disk_lock(disk);
    enum admission admission = disk_admit_change(disk);
    if (admission == REFUSED) {
        length = 0;
        code = SQLITE_IOERR_WRITE;
    } else if (admission == INTERRUPTED || is_due(&disk->writes_until_fault)) {
        length = done_part(disk, start, length);
        code = SQLITE_IOERR_WRITE;
    } else {
        disk->counters.writes++;
        disk->counters.bytes_written += length;
    }
    node_write(handle->node, start, bytes, length);
    disk_unlock(disk);
    return code;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 length) {
    struct handle *handle = (struct handle *)file;
    struct sim_disk *disk = handle->disk;
    disk_lock(disk);
    enum admission admission = disk_admit_change(disk);
    if (admission == HAPPENS) disk->counters.truncations++;
    if (admission == HAPPENS || (admission == INTERRUPTED && chance(&disk->random, 1, 2))) {
        node_truncate(handle->node, (size_t)length);
    }
    disk_unlock(disk);
    return admission == HAPPENS ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

static int file_sync(sqlite3_file *file, int flags) {
    (void)flags;
    struct handle *handle = (struct handle *)file;
    struct sim_disk *disk = handle->disk;
    int code = SQLITE_OK;
    disk_lock(disk);
    if (disk_admit_change(disk) != HAPPENS) {
        // Interrupted: what it would have written stays pending, and any of it may be on the disk.
        code = SQLITE_IOERR_FSYNC;
    } else if (is_due(&disk->syncs_until_fault)) {
        node_settle(handle->node, &disk->random, &disk->counters);
        code = SQLITE_IOERR_FSYNC;
    } else {
        node_sync(handle->node);
        disk_sync_name(disk, handle->node);
        if (handle->syncs_directory) disk_sync_directory(disk);
        handle->syncs_directory = false;
        disk->counters.syncs++;
    }
    disk_unlock(disk);
    return code;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
    const struct handle *handle = (struct handle *)file;
    disk_lock(handle->disk);
    *size = (sqlite3_int64)handle->node->seen.length;
    bool is_running = handle->disk->is_running;
    disk_unlock(handle->disk);
    return is_running ? SQLITE_OK : SQLITE_IOERR_FSTAT;
}

static int file_control(sqlite3_file *file, int operation, void *argument) {
    (void)file, (void)operation, (void)argument;
    return SQLITE_NOTFOUND;
}

static int file_sector_size(sqlite3_file *file) {
    (void)file;
    return REPORTED_SECTOR_BYTES;
}

static int file_characteristics(sqlite3_file *file) {
    (void)file;
    return CHARACTERISTICS;
}

static const sqlite3_io_methods file_methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = handle_lock,
    .xUnlock = handle_unlock,
    .xCheckReservedLock = handle_check_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = handle_map_region,
    .xShmLock = handle_lock_slots,
    .xShmBarrier = handle_barrier,
    .xShmUnmap = handle_unmap,
};

// The file system.

// The file to open, with a reference for the handle; NULL where it cannot be.
static struct node *node_to_open(struct sim_disk *disk, const char *path, int flags) {
    if (!disk->is_running) return NULL;
    // Temporary files have no name, and nothing of them is left.
    if (path == NULL || flags & SQLITE_OPEN_DELETEONCLOSE) return node_create();
    struct node *node = disk_find(disk, path);
    if (node != NULL && flags & SQLITE_OPEN_CREATE && flags & SQLITE_OPEN_EXCLUSIVE) return NULL;
    if (node == NULL && flags & SQLITE_OPEN_CREATE) node = disk_make_file(disk, path);
    return node != NULL ? node_retain(node) : NULL;
}

static int vfs_open(
    sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *flags_given
) {
    struct sim_disk *disk = vfs->pAppData;
    struct handle *handle = (struct handle *)file;
    const int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
    // No methods: what was not opened is not closed.
    *handle = (struct handle){.disk = disk};
    disk_lock(disk);
    struct node *node = node_to_open(disk, path, flags);
    if (node != NULL) {
        handle->base.pMethods = &file_methods;
        handle->node = node;
        handle->next = node->handles;
        handle->syncs_directory = flags & SQLITE_OPEN_CREATE && flags & journals;
        node->handles = handle;
        disk->open_files++;
    }
    disk_unlock(disk);
    if (flags_given != NULL) *flags_given = flags;
    return node != NULL ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int syncs_directory) {
    struct sim_disk *disk = vfs->pAppData;
    int code = SQLITE_IOERR_DELETE;
    disk_lock(disk);
    enum admission admission = disk_admit_change(disk);
    if (admission == HAPPENS && disk_find(disk, path) == NULL) {
        code = SQLITE_IOERR_DELETE_NOENT;
    } else if (admission == HAPPENS) {
        disk_delete(disk, path);
        if (syncs_directory) disk_sync_directory(disk);
        disk->counters.deletions++;
        code = SQLITE_OK;
    } else if (admission == INTERRUPTED && chance(&disk->random, 1, 2)) {
        disk_delete(disk, path);
    }
    disk_unlock(disk);
    return code;
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int question, int *answer) {
    const struct sim_disk *disk = vfs->pAppData;
    disk_lock(disk);
    const struct node *node = disk_find(disk, path);
    // An empty file counts as none, as with SQLite's Unix files.
    *answer = node != NULL && (question != SQLITE_ACCESS_EXISTS || node->seen.length > 0);
    bool is_running = disk->is_running;
    disk_unlock(disk);
    return is_running ? SQLITE_OK : SQLITE_IOERR_ACCESS;
}

static int vfs_full_pathname(sqlite3_vfs *vfs, const char *path, int capacity, char *full) {
    (void)vfs;
    size_t length = strlen(path);
    if (length >= (size_t)capacity || length >= MAXIMUM_PATH_BYTES) return SQLITE_CANTOPEN;
    memcpy(full, path, length + 1);
    return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int count, char *bytes) {
    struct sim_disk *disk = vfs->pAppData;
    disk_lock(disk);
    for (int i = 0; i < count; i++) bytes[i] = (char)draw(&disk->random);
    disk_unlock(disk);
    return count;
}

// No time passes: the busy handler asks again at once, until it has asked often enough. What it
// waits for may be another thread's.
static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    sched_yield();
    return microseconds;
}

static int vfs_time_milliseconds(sqlite3_vfs *vfs, sqlite3_int64 *milliseconds) {
    (void)vfs;
    *milliseconds = FIXED_TIME_MILLISECONDS;
    return SQLITE_OK;
}

static int vfs_time_days(sqlite3_vfs *vfs, double *days) {
    (void)vfs;
    *days = FIXED_TIME_MILLISECONDS / 86400000.0;
    return SQLITE_OK;
}

void vfs_prepare(struct sim_disk *disk) {
    disk->vfs = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = sizeof(struct handle),
        .mxPathname = MAXIMUM_PATH_BYTES - 1,
        .zName = disk->name,
        .pAppData = disk,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_pathname,
        .xRandomness = vfs_randomness,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_time_days,
        .xCurrentTimeInt64 = vfs_time_milliseconds,
    };
}
