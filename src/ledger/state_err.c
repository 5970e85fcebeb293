/* The fence of the state: LMDB's codes and errno become ours here and travel no further.
 * Reference: lmdb.h 0.9.24, "Return Codes". */
#include <errno.h>

#include "base/log.h"
#include "ledger/state_table.h"

static cm_err translated(int rc) {
    switch (rc) {
    case MDB_SUCCESS: return CM_OK;
    case MDB_NOTFOUND: return CM_E_NOT_FOUND;
    case MDB_KEYEXIST: return CM_E_EXISTS;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return CM_E_NO_SPACE;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID: return CM_E_CORRUPT;
    case MDB_VERSION_MISMATCH: return CM_E_VERSION;
    case MDB_PANIC: return CM_E_DEAD; /* a meta page could not be written, earlier */
    case MDB_TXN_FULL: return CM_E_LIMIT;
    case MDB_READERS_FULL:
    case MDB_MAP_RESIZED:
    case EAGAIN:
    case EBUSY: return CM_E_BUSY;
    case ENOMEM: return CM_E_NO_MEMORY;
    case ENOENT: return CM_E_NOT_FOUND;
    case EACCES: return CM_E_DENIED;
    default: return CM_E_IO;
    }
}

cm_err state_err(int rc, const char *what) {
    const cm_err err = translated(rc);
    if (err != CM_OK && rc != MDB_NOTFOUND)
        log_event(LOG_ERROR, "state call=%s cause=\"%s\"", what, mdb_strerror(rc));
    return err;
}
