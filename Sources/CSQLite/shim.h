#include <sqlite3.h>
#include <stdlib.h>

// A variadic call, which Swift cannot make: no checkpoint when the connection closes.
static inline int csqlite_forgo_checkpoint_on_close(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

// Writes all of the write-ahead log once more, byte for byte, and syncs it: after a sync that failed
// its pages can be in memory alone, and no sync to come would write them. Nothing where there is no
// log. Called between transactions.
static inline int csqlite_write_log_again(sqlite3 *database) {
    enum { PIECE_BYTES = 1 << 16 };
    sqlite3_file *log = 0;
    int code = sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (code != SQLITE_OK || log == 0 || log->pMethods == 0) return code;
    sqlite3_int64 size = 0;
    code = log->pMethods->xFileSize(log, &size);
    if (code != SQLITE_OK || size == 0) return code;
    void *piece = malloc(PIECE_BYTES);
    if (piece == 0) return SQLITE_NOMEM;
    for (sqlite3_int64 at = 0; at < size && code == SQLITE_OK; at += PIECE_BYTES) {
        int count = size - at < PIECE_BYTES ? (int)(size - at) : PIECE_BYTES;
        code = log->pMethods->xRead(log, piece, count, at);
        if (code == SQLITE_OK) code = log->pMethods->xWrite(log, piece, count, at);
    }
    free(piece);
    return code == SQLITE_OK ? log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) : code;
}
