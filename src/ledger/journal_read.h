/* Reading a journal in sequence, beside a running writer or without one: feeds, fsck, backup,
 * rebuilding. It changes nothing, takes no lock, and looks in the archive folder too. Every group
 * is checked as on opening. Reference: docs/design/journal.md.
 */
#ifndef CM_LEDGER_JOURNAL_READ_H
#define CM_LEDGER_JOURNAL_READ_H

#include "ledger/journal.h"

/* below_sequence when no writer runs: read to the end. */
#define JOURNAL_TO_THE_END UINT64_MAX

struct journal_reader; /* one thread at a time */

struct journal_reader_options {
    const char *dir;
    const char *archive_dir; /* NULL: none */
    uint8_t workspace_id[JOURNAL_WORKSPACE_ID_LEN];
};

/** Find the segment that holds `from_sequence` and stand before it.
 * @param[in] from_sequence  0 = from the first event that is still there
 * @retval CM_E_NOT_FOUND  no journal, or that sequence is in a segment that is not here
 * @retval CM_E_CORRUPT, CM_E_VERSION, CM_E_CONFLICT (another workspace), CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err journal_reader_open(struct journal_reader **out,
                                         const struct journal_reader_options *options,
                                         uint64_t from_sequence, struct cm_diag *diag);

/** Read the next group that holds a sequence >= from_sequence.
 * @param[in]  below_sequence  beside a running writer: a sequence all before which is durable
 *                             (groups are never split by it); otherwise JOURNAL_TO_THE_END
 * @param[out] out    valid until the next call      @param[out] found  false: nothing more (yet)
 * @retval CM_E_CORRUPT  with segment and offset in the diag */
CM_MUST_CHECK cm_err journal_reader_next(struct journal_reader *r, uint64_t below_sequence,
                                         struct journal_group *out, bool *found,
                                         struct cm_diag *diag);

/** After the last group, with no writer running: is the end clean or torn?
 * @param[out] tail     where the journal ends      @param[out] torn_len  bytes of a torn group; 0
 * @retval CM_E_CORRUPT  what stands behind the end is not what a power failure leaves */
CM_MUST_CHECK cm_err journal_reader_end(struct journal_reader *r, struct journal_tail *tail,
                                        uint64_t *torn_len, struct cm_diag *diag);

void journal_reader_close(struct journal_reader *r);
void journal_reader_closep(struct journal_reader **r);

/* For journal_open: the scan of the segment that the reader stands in. */
struct segment_scan;
struct segment_scan *journal_reader_scan(struct journal_reader *r);

#endif
