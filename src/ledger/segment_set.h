/* The segments of a journal, in its folder and its archive, in order.
 * It refuses gaps between numbers and finds by binary search the segment that holds a sequence,
 * reading headers only. Reference: docs/design/journal.md sections 1 and 7.
 */
#ifndef CM_LEDGER_SEGMENT_SET_H
#define CM_LEDGER_SEGMENT_SET_H

#include "ledger/segment.h"

struct segment_place {
    uint64_t number;
    bool archived; /* only in the archive folder, or there too */
};

struct segment_set {
    struct segment_place *items; /* ascending, contiguous */
    size_t n;
    bool blank; /* one more, number items[n - 1].number + 1, is prepared and not in use */
};
#define SEGMENT_SET_INIT                                                                           \
    { NULL, 0, false }

void segment_set_wipe(struct segment_set *set);

/** List the folder(s) and tell a trailing blank segment apart. Safe beside a running writer.
 * @param[in]  archive_fd  or -1
 * @param[in]  verify      read the blank segment through: a zero header over other bytes is damage
 * @param[out] set         empty when there is no segment; untouched on error
 * @retval CM_E_CORRUPT    numbers with a gap, or a blank segment that is not all zero
 * @retval CM_E_NO_MEMORY, CM_E_IO */
CM_MUST_CHECK cm_err segment_set_list(int dir_fd, int archive_fd, bool verify,
                                      struct segment_set *set, struct cm_diag *diag);

/** Index of the segment that holds `sequence`: the last whose first sequence is not above it.
 * @retval CM_E_NOT_FOUND  the first segment here starts later
 * @retval CM_E_CORRUPT, CM_E_VERSION, CM_E_IO  a header on the way could not be read */
CM_MUST_CHECK cm_err segment_set_find(const struct segment_set *set, int dir_fd, int archive_fd,
                                      uint64_t sequence, size_t *index, struct cm_diag *diag);

/** Open a segment for reading (or both) and read its header, checked against its place.
 * @retval CM_E_CORRUPT  header damaged, other number than the name's, or file of another length */
CM_MUST_CHECK cm_err segment_open(int dir_fd, uint64_t number, bool writable, int *fd,
                                  struct segment_header *header, struct cm_diag *diag);

/** As segment_open for reading, wherever the segment is: it may have moved to the archive since the
 * set was listed. */
CM_MUST_CHECK cm_err segment_open_place(int dir_fd, int archive_fd,
                                        const struct segment_place *place, int *fd,
                                        struct segment_header *header, struct cm_diag *diag);

#endif
