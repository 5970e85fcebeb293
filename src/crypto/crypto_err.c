/* Translation of foreign failures. It logs reason strings of the libraries, which are constants:
 * no input and no key can reach the log through them. */
#include "crypto/crypto_err.h"

#include <stddef.h>

#include <openssl/err.h>

#include "base/log.h"

cm_err crypto_err_openssl(const char *call) {
    cm_err err = CM_E_CRYPTO;
    for (unsigned long code = ERR_get_error(); code != 0; code = ERR_get_error()) {
        const char *reason = ERR_reason_error_string(code);
        if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE) err = CM_E_NO_MEMORY;
        log_event(LOG_ERROR, "openssl call=%s reason=\"%s\"", call,
                  reason != NULL ? reason : "unknown");
    }
    return err;
}

cm_err crypto_err_sodium(const char *call) {
    log_event(LOG_ERROR, "libsodium call=%s failed", call);
    return CM_E_CRYPTO;
}

void crypto_err_clear(void) { ERR_clear_error(); }
