/* Walking the groups of one segment, and judging what stands where the next one should.
 * Each group is checked against everything the format promises; what contradicts it is refused
 * with the offset. Reads only. Reference: docs/design/journal.md sections 3 and 6.
 */
#ifndef CM_LEDGER_SEGMENT_SCAN_H
#define CM_LEDGER_SEGMENT_SCAN_H

#include "ledger/group.h"
#include "ledger/segment.h"

/* What the next group must carry: the thread that runs through groups and segments. */
struct chain {
    uint64_t next_sequence, last_time_ms;
    struct hash256 link;
};

struct segment_scan {
    int fd; /* owned */
    struct segment_name name;
    struct segment_header head;
    struct chain chain;
    uint64_t offset; /* where the next group should stand */
    uint64_t last_offset,
        last_len;              /* the last thing before it: a group with padding, or the header */
    uint64_t group_n, event_n; /* data groups and events so far */
    bool sealed;
    struct hasher *hasher; /* owned */
    uint8_t *window;       /* owned; file bytes window_at .. window_at + window_len */
    uint64_t window_at;
    size_t window_len;
};
#define SEGMENT_SCAN_INIT                                                                          \
    { .fd = -1 }

void scan_wipe(struct segment_scan *scan);

/** Start behind the header of an opened segment; memory of an earlier scan is used again.
 * @param[in] give_fd  the file, owned by the scan from here on, on error too
 * @retval CM_E_NO_MEMORY, CM_E_CRYPTO */
CM_MUST_CHECK cm_err scan_begin(struct segment_scan *scan, int give_fd,
                                const struct segment_header *head);

/** Is this the segment that must follow the one just walked to its seal?
 * @retval CM_E_CORRUPT  link, sequence, time or epoch does not continue */
CM_MUST_CHECK cm_err scan_follows(const struct segment_scan *before,
                                  const struct segment_header *head, struct cm_diag *diag);

enum scan_found {
    SCAN_GROUP,  /* a data group; *out is filled, its events borrow from the scan's window */
    SCAN_SEALED, /* the seal was read, now or before: no group follows */
    SCAN_STOP    /* no whole group stands here: the end, or a torn group; see scan_judge */
};
/** Read the group at the present offset.
 * @retval CM_E_CORRUPT  what stands there is neither a right group nor what a power failure leaves
 * @retval CM_E_IO, CM_E_CRYPTO */
CM_MUST_CHECK cm_err scan_next(struct segment_scan *scan, enum scan_found *found,
                               struct journal_group *out, struct cm_diag *diag);

/** Judge everything from the present offset to the end of the file, after SCAN_STOP or SCAN_SEALED.
 * @param[out] torn_end  offset itself when all is zero; otherwise the end of a torn group's bytes
 * @retval CM_E_CORRUPT  bytes that no single torn group explains, or any behind a seal */
CM_MUST_CHECK cm_err scan_judge(struct segment_scan *scan, uint64_t *torn_end,
                                struct cm_diag *diag);

/* Forget the window, so that the next read sees what was written since. */
static inline void scan_refresh(struct segment_scan *scan) { scan->window_len = 0; }

/* Fill a diag for this segment at an offset, and return CM_E_CORRUPT. */
CM_MUST_CHECK cm_err scan_corrupt(const struct segment_scan *scan, uint64_t offset,
                                  const char *problem, struct cm_diag *diag);

#endif
