/* The keys of tickets, derived from KEY_TICKET (one root per brand and version): the Ed25519 seed
 * that signs them, and the cipher that turns a unit into a ticket's id and back. Nothing is stored:
 * the key alone opens an id to its unit, and without it ids can neither be counted nor told apart
 * from chance.
 *
 * cti = FF1-AES-256(HKDF "ticket-id", tweak 0x49 | brand (4) | key version (1), radix 16, n 16)
 *       of set (24 bits) | serial (40 bits).                 docs/design/tickets.md, "The id" */
#ifndef CM_CRYPTO_TICKET_KEYS_H
#define CM_CRYPTO_TICKET_KEYS_H

#include "base/macros.h"
#include "crypto/kdf.h"
#include "crypto/sign.h"

#define TICKET_ID_LEN      8u /* bytes */
#define TICKET_SET_BITS    24u
#define TICKET_SERIAL_BITS 40u

/** The seed that signs.  @retval CM_E_CRYPTO  the library failed; *seed untouched */
CM_MUST_CHECK cm_err ticket_sign_seed(const struct cm_key *root, uint32_t brand, uint8_t version,
                                      struct cm_key *seed);

struct ticket_ids;
/** @param[out] out  ticket_ids_free it; belongs to one thread
 * @retval CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err ticket_ids_new(struct ticket_ids **out, const struct cm_key *root,
                                    uint32_t brand, uint8_t version);
void ticket_ids_free(struct ticket_ids *ids);
void ticket_ids_freep(struct ticket_ids **ids);
/** @retval CM_E_RANGE  set or serial too large      @retval CM_E_CRYPTO */
CM_MUST_CHECK cm_err ticket_id_make(struct ticket_ids *ids, uint32_t set, uint64_t serial,
                                    uint8_t id[static TICKET_ID_LEN]);
/** Every id opens to some unit; whether that was ever issued, the ledger knows. @retval CM_E_CRYPTO
 */
CM_MUST_CHECK cm_err ticket_id_open(struct ticket_ids *ids, const uint8_t id[static TICKET_ID_LEN],
                                    uint32_t *set, uint64_t *serial);

#endif
