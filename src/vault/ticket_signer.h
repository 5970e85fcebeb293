/* Who signs the tickets of a brand: its issuer as the registry has it, and the secrets of its
 * newest key that may sign. Refused: a brand without an issuer, an issuer whose keys are all
 * retired or out of their time; the error says what to do. Design: docs/design/tickets.md */
#ifndef CM_VAULT_TICKET_SIGNER_H
#define CM_VAULT_TICKET_SIGNER_H

#include "base/zone.h"
#include "crypto/ticket_keys.h"
#include "vault/acts_inside.h"

/** The issuer that argument `key` names; without it the only one.
 * @retval CM_E_NOT_FOUND  none of that name, or none at all     @retval CM_E_ARGUMENT  several */
CM_MUST_CHECK cm_err act_issuer(struct act *a, const char *key, struct issuer_entry *out);
/** The issuer of a brand. @retval CM_E_NOT_FOUND */
CM_MUST_CHECK cm_err act_issuer_of(struct act *a, uint32_t brand, struct issuer_entry *out);

struct ticket_signer {
    struct cm_key seed;
    struct ticket_key key; /* the public side of it */
    struct ticket_ids *ids;
};
/** The secrets of an issuer's newest key that may sign now.
 * @param[out] out  ticket_signer_close it; empty on error
 * @retval CM_E_STATE  no key may sign     @retval CM_E_CRYPTO, CM_E_NO_MEMORY, and keystore_find */
CM_MUST_CHECK cm_err ticket_signer_open(struct act *a, const struct issuer_entry *issuer,
                                        struct ticket_signer *out);
/** The secrets of its oldest key that is in its time, retired or not: it signs trust files, so that
 * devices with a file of long ago can tell that a new one is genuine. @retval as above */
CM_MUST_CHECK cm_err ticket_signer_oldest(struct act *a, const struct issuer_entry *issuer,
                                          struct ticket_signer *out);
void ticket_signer_close(struct ticket_signer *s);

/** A time among the arguments, in seconds; untouched when it is absent. A bare date ends with its
 * day as the clocks of a zone show it (NULL: UTC), and begins with it.
 * @retval CM_E_FORMAT */
CM_MUST_CHECK cm_err act_ticket_begin(struct json_value v, const struct zone *zone,
                                      uint64_t *unix_s);
CM_MUST_CHECK cm_err act_ticket_end(struct json_value v, const struct zone *zone, uint64_t *unix_s);

/** The unit behind an id: the one that is there, under any of the issuer's keys that the keystore
 * still has.
 * @param[in]  version  of the key, or 0 to try each
 * @param[out] found    false: of no batch of this brand, or its serial was never issued
 * @retval CM_E_CRYPTO, CM_E_NO_MEMORY, CM_E_IO, CM_E_CORRUPT */
struct ticket_unit {
    struct found_set set;
    uint64_t serial;
    bool found;
};
CM_MUST_CHECK cm_err ticket_unit_find(struct act *a, const struct issuer_entry *issuer,
                                      uint8_t version, const uint8_t cti[static TICKET_ID_LEN],
                                      struct ticket_unit *out);

#endif
