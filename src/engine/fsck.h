/* Judging a workspace's ledger: the journal's chain, the image against the journal, and rebuilding
 * the image from the journal alone. Reads everything there is; changes nothing unless asked to
 * rebuild, and then only the image. Source: docs/design/engine.md, "Judging a ledger". */
#ifndef CM_ENGINE_FSCK_H
#define CM_ENGINE_FSCK_H

#include "engine/engine.h"

struct fsck_options {
    const char *workspace;
    bool rebuild; /* put the rebuilt image in the place of the old one when all is well */
    /* Told now and then; may be NULL. */
    void (*progress)(void *ctx, uint64_t sequence);
    void *ctx;
};

struct fsck_report {
    uint64_t first_sequence, next_sequence; /* what the journal holds */
    uint64_t groups, events;
    uint64_t torn_len;       /* bytes of a torn last group: cut at the next start, not an error */
    uint64_t image_position; /* 0 when the image could not be opened */
    bool image_opened;
    bool history_whole; /* the journal begins at the beginning: the image can be rebuilt */
    bool image_agrees;  /* every unit, counter, document and recall equals the rebuilt one */
    uint64_t units_compared;
    bool rebuilt;
    uint64_t lists, lists_damaged; /* imported lists, and those with files not as imported */
};

/** Check a workspace that no process owns.
 * @param[out] report  filled as far as the check came, on errors too
 * @param[out] diag    what is wrong first: segment and offset, or set and serial
 * @retval CM_E_BUSY     a process owns the workspace
 * @retval CM_E_CORRUPT  the journal contradicts itself, or the image the journal, or an imported
 *                       list's files what was imported (the image is rebuilt all the same)
 * @retval CM_E_NOT_FOUND, CM_E_VERSION, CM_E_IO, CM_E_NO_SPACE, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err engine_fsck(const struct fsck_options *options, struct fsck_report *report,
                                 struct cm_diag *diag);

#endif
