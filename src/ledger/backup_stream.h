/* The backup's bytes: head, parts in chunks, end, each with its checksum. Private to backup*.c.
 * It refuses parts of unknown kind, chunks over the limit and every checksum that does not hold.
 * Byte table: docs/design/backup.md.
 */
#ifndef CM_LEDGER_BACKUP_STREAM_H
#define CM_LEDGER_BACKUP_STREAM_H

#include "ledger/backup.h"

#define BACKUP_CHUNK_MAX (1024ul * 1024ul) /* bytes */

/* In the order in which they stand in the stream. */
enum backup_part {
    BACKUP_WORKSPACE = 1,
    BACKUP_KEYSTORE,
    BACKUP_IMAGE,
    BACKUP_SEGMENT,
    BACKUP_LIST,
    BACKUP_SIGNER
};

struct backup_out {
    const struct backup_sink *sink;
    uint32_t sum;      /* of everything so far */
    uint32_t part_sum; /* of the part's bytes so far */
    uint64_t len, part_len;
    uint32_t parts;
};

CM_MUST_CHECK cm_err out_head(struct backup_out *o, const struct backup_report *r);
CM_MUST_CHECK cm_err out_part(struct backup_out *o, enum backup_part kind, uint64_t number);
CM_MUST_CHECK cm_err out_bytes(struct backup_out *o, struct cm_slice bytes);
CM_MUST_CHECK cm_err out_part_end(struct backup_out *o);
CM_MUST_CHECK cm_err out_end(struct backup_out *o, uint64_t end);

struct backup_in {
    const struct backup_feed *feed;
    uint32_t sum, part_sum;
    uint64_t len, part_len;
    uint32_t parts;
    uint8_t *chunk; /* BACKUP_CHUNK_MAX bytes, the caller's */
};

/** @retval CM_E_FORMAT, CM_E_VERSION, CM_E_CORRUPT, CM_E_TRUNCATED, the feed's errors */
CM_MUST_CHECK cm_err in_head(struct backup_in *i, struct backup_report *r);
/* The next part, or *more = false and the stream's end proved: nothing follows it. */
CM_MUST_CHECK cm_err in_part(struct backup_in *i, enum backup_part *kind, uint64_t *number,
                             uint64_t *end, bool *more);
/* The next chunk of the part; empty when the part is over, its sum proved. */
CM_MUST_CHECK cm_err in_chunk(struct backup_in *i, struct cm_slice *bytes);

#endif
