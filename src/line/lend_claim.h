/* Which lends a line computer has begun, and in which folder: one line each in a file beside its
 * private key, `KEY.lends`. A lend whose book is lost, or that was copied into another folder,
 * would begin anew and print every code a second time: it is refused. What cannot be seen from
 * here: the same file and key on two computers.
 *
 *     TRY(lend_claim_open(&claim, "line3.key", &lend, folder, diag));  may it go on here?
 *     TRY(lend_book_open(...));
 *     TRY(lend_claim_note(&claim, diag));                              before a code is printed
 *
 * Source: docs/design/runs.md, "Lends". */
#ifndef CM_LINE_LEND_CLAIM_H
#define CM_LINE_LEND_CLAIM_H

#include "line/lend_book.h"

#define LEND_ID_CAP (2 * REPORT_MAC_LEN + 1)

/* Name a lend by what its own key makes of a fixed text. @retval as report_mac */
CM_MUST_CHECK cm_err lend_id(const struct lend *l, char out[static LEND_ID_CAP]);

struct lend_claim {
    int fd; /* locked until it is closed */
    bool noted;
    char id[LEND_ID_CAP], folder[LEND_BOOK_PATH_CAP];
};
#define LEND_CLAIM_INIT                                                                            \
    { .fd = -1 }

/** Look whether the lend may be worked on in this folder; nobody else looks meanwhile.
 * @param[in]  key     path of the private key     @param[in] folder  it is there
 * @param[out] out     lend_claim_close it
 * @retval CM_E_CONFLICT  it was begun elsewhere, or its book is gone: diag says where
 * @retval CM_E_DENIED, CM_E_IO, CM_E_NO_SPACE, CM_E_RANGE, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err lend_claim_open(struct lend_claim *out, const char *key, const struct lend *l,
                                     const char *folder, struct cm_diag *diag);
/** Write it down, durable when CM_OK. @retval CM_E_IO, CM_E_NO_SPACE, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err lend_claim_note(struct lend_claim *c, struct cm_diag *diag);
void lend_claim_close(struct lend_claim *c);

#endif
