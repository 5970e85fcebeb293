/* A device's file as it is synced: piece by piece, every entry with its signature and its place in
 * the chain checked. Where the file is damaged the reading ends with the place; or, when as much as
 * possible is to be saved, goes on at the next entry that the device signed, and says what it
 * passed over. Each byte of the file is in exactly one piece.
 * Design: docs/design/tickets.md, "Sync". Example: tests/unit/pass/test_spends_scan.c */
#ifndef CM_PASS_SPENDS_SCAN_H
#define CM_PASS_SPENDS_SCAN_H

#include "base/diag.h"
#include "wire/spend.h"

enum spends_piece_kind {
    PIECE_ENTRY,
    PIECE_DAMAGED,    /* no entry of this device; with salvage alone */
    PIECE_UNFINISHED, /* at the end: what a power cut left of an entry; nobody was let in by it */
    PIECE_END
};

struct spends_scan {
    const char *name; /* of the file, for errors; borrowed */
    struct sign_public device;
    struct cm_slice file; /* borrowed */
    bool salvage;
    bool vouched; /* signatures are not looked at: spends_scan_whole did */
    size_t at;    /* bytes read */
    struct spend_chain chain;
};
struct spends_piece {
    enum spends_piece_kind kind;
    size_t at; /* byte of the file */
    struct cm_slice bytes;
    struct spend_read read; /* PIECE_ENTRY */
};

/** Check a file from end to end before anything is done with it. Each entry names the hash of the
 * one before: where all of them follow, the last signature vouches for the file, and s->vouched is
 * set; otherwise each is checked, and the first that is wrong is named.
 * @param[in,out] s       at its beginning, and left there
 * @param[out]    pieces  how many there are      @retval as spends_scan_next */
CM_MUST_CHECK cm_err spends_scan_whole(struct spends_scan *s, uint64_t *pieces,
                                       struct cm_diag *diag);
/** The next piece.
 * @retval CM_E_CORRUPT  no entry of this device    @retval CM_E_AUTH  changed after it was signed
 * @retval CM_E_CONFLICT  it does not follow the one before: cut, or put in another place
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err spends_scan_next(struct spends_scan *s, struct spends_piece *out,
                                      struct cm_diag *diag);

#endif
