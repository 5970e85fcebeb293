/* The fence: failures of OpenSSL and libsodium become cm_err here, and only here.
 * Foreign codes travel no further; their words go to the log once, never with a secret. */
#ifndef CM_CRYPTO_CRYPTO_ERR_H
#define CM_CRYPTO_CRYPTO_ERR_H

#include "countermark/error.h"

/** Empty OpenSSL's error queue into the log and give our status for it.
 * @param[in] call  static text: which call failed, for the log
 * @return CM_E_NO_MEMORY if OpenSSL ran out of memory, otherwise CM_E_CRYPTO */
cm_err crypto_err_openssl(const char *call);
/* As above; libsodium has no error queue, so the call's name is all there is. */
cm_err crypto_err_sodium(const char *call);
/* Forget OpenSSL's queue after a failure that is an answer (wrong key), not a fault. */
void crypto_err_clear(void);

#endif
