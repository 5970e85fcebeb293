/* What one device admitted without a network: its own file, a signed chain (wire/spend.h), one
 * entry appended and on the disk before anybody is let in. A ticket that stands in it is not
 * admitted again; an entry that a power cut left half written is cut off at the next opening, and
 * said so: nobody had been let in by it.
 *
 * It refuses a file of another device, one that was changed in the middle, one that another process
 * has open, and revocation lists older than one that was used before.
 * Design: docs/design/tickets.md, "Spends". Example: tests/unit/pass/test_spends.c */
#ifndef CM_PASS_SPENDS_H
#define CM_PASS_SPENDS_H

#include "base/diag.h"
#include "wire/spend.h"

#define SPENDS_FILE_MAX (256u << 20) /* bytes: about a million admissions */

struct spends;

/** Open a device's file, or make it.
 * @param[in]  seed  the device's private key; copied into guarded memory
 * @param[out] out   spends_close it; untouched on error
 * @retval CM_E_AUTH     another device wrote it   @retval CM_E_CORRUPT  changed or damaged; diag
 *                       says where                @retval CM_E_BUSY     another process has it
 * @retval CM_E_NOT_FOUND, CM_E_DENIED, CM_E_NO_SPACE, CM_E_IO, CM_E_LIMIT, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err spends_open(const char *path, const struct cm_key *seed, uint64_t now_ms,
                                 struct spends **out, struct cm_diag *diag);
void spends_close(struct spends *s);
void spends_closep(struct spends **s);
/* Bytes of an unfinished entry that were cut off when it was opened. */
size_t spends_healed(const struct spends *s);
/* Tickets in it. */
uint64_t spends_n(const struct spends *s);

/* Which ticket. */
struct spends_ticket {
    const char *iss;
    const uint8_t *cti; /* SPEND_CTI_LEN bytes */
    uint64_t iat;       /* claim 6, seconds */
};
struct spends_told {
    bool admitted;    /* now; else it was before */
    uint64_t n;       /* entry: of this admission, or of the first one */
    uint64_t time_ms; /* of it, by the device's clock */
};
/** Admit a ticket unless it stands here: when *told says admitted, that is on the disk.
 * @param[in] again  admit it though it stands here (tickets that are good for more than one entry)
 * @retval CM_E_NO_SPACE, CM_E_IO  not admitted, nothing was written
 * @retval CM_E_DEAD   the disk did not say whether it has it: open the file again
 * @retval CM_E_LIMIT  the file is full       @retval CM_E_RANGE, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err spends_admit(struct spends *s, const struct spends_ticket *ticket, bool again,
                                  uint64_t now_ms, struct spends_told *told, struct cm_diag *diag);
/* Whether it stands here; *told is filled if so. */
bool spends_find(const struct spends *s, const struct spends_ticket *ticket,
                 struct spends_told *told);

/** A revocation list is about to be used: its sequence is kept if it is the highest yet.
 * @retval CM_E_STATE  a newer list was used before: diag names both     @retval as spends_admit */
CM_MUST_CHECK cm_err spends_list(struct spends *s, const char *iss, uint64_t sequence,
                                 uint64_t now_ms, struct cm_diag *diag);

#endif
