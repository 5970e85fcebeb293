/* Names of the statuses in countermark/error.h. Refuses nothing: any integer gets a text. */
#include "countermark/error.h"

const char *cm_err_name(cm_err err) {
    switch (err) {
    case CM_OK: return "ok";
    case CM_E_ARGUMENT: return "bad argument";
    case CM_E_RANGE: return "out of range";
    case CM_E_FORMAT: return "malformed";
    case CM_E_NO_MEMORY: return "out of memory";
    case CM_E_IO: return "input/output error";
    case CM_E_NO_SPACE: return "no space left";
    case CM_E_EXISTS: return "already exists";
    case CM_E_NOT_FOUND: return "not found";
    case CM_E_CORRUPT: return "corrupt";
    case CM_E_TRUNCATED: return "truncated";
    case CM_E_VERSION: return "unsupported version";
    case CM_E_AUTH: return "authentication failed";
    case CM_E_WEAK: return "parameters too weak";
    case CM_E_CRYPTO: return "crypto library failure";
    case CM_E_BUSY: return "busy";
    case CM_E_CONFLICT: return "conflict";
    case CM_E_LIMIT: return "limit reached";
    case CM_E_STATE: return "not allowed in this state";
    case CM_E_DENIED: return "denied";
    case CM_E_CANCELLED: return "cancelled";
    case CM_E_DEAD: return "ledger failed";
    case CM_E_UNSUPPORTED: return "unsupported";
    case CM_ERR_N:
    default: break;
    }
    return "unknown error";
}
