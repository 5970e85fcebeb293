/* Tickets that were taken back, by brand and number (cti): what the registry keeps of
 * DOCUMENT_REVOKED. The number of the newest document is the sequence of the list that devices get.
 * Design: docs/design/tickets.md, "Revocation". */
#ifndef CM_ENGINE_REVOCATIONS_H
#define CM_ENGINE_REVOCATIONS_H

#include "base/buffer.h"
#include "base/map.h"
#include "wire/revocation.h"

#define REVOKED_MAX 10000u /* tickets of one document; our choice */

struct revocations {
    struct map map; /* value_len is set by the first one that is added */
};
void revocations_wipe(struct revocations *r);

struct revocation {
    uint32_t brand, id; /* of the document that took it back first */
    uint64_t at_ms;
    uint64_t end_s; /* its ticket is valid nowhere from then on, Unix seconds; 0 = not known */
    uint8_t cti[SPEND_CTI_LEN];
};
/** @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err revocations_reserve(struct revocations *r, size_t n);
/* Room was reserved. One that stands already stays as it is. */
void revocations_add(struct revocations *r, const struct revocation *one);
/* NULL: it was not taken back. */
const struct revocation *revocations_find(const struct revocations *r, uint32_t brand,
                                          const uint8_t cti[SPEND_CTI_LEN]);
/* What devices get of a brand at a time. */
struct revocations_list {
    struct buffer ctis; /* ascending; buffer_free it */
    uint64_t sequence;  /* of the newest revocation, dropped or not; 0 where there is none */
    uint64_t over_n;    /* dropped: their time has been over for REVOCATION_MARGIN_S */
};
/** @param[in,out] out  its ctis are appended to      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err revocations_list(const struct revocations *r, uint32_t brand,
                                      uint64_t now_unix_s, struct revocations_list *out);

#endif
