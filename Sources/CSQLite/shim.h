#include <sqlite3.h>

// A variadic call, which Swift cannot make: no checkpoint when the connection closes.
static inline int csqlite_forgo_checkpoint_on_close(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
