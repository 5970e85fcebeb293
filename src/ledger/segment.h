/* One segment file: its header sector, how it is prepared and put to use.
 * A prepared segment is full length, zero-filled and durable before anybody relies on it. It
 * refuses headers that contradict themselves. Byte table: docs/design/journal.md sections 1, 2.
 */
#ifndef CM_LEDGER_SEGMENT_H
#define CM_LEDGER_SEGMENT_H

#include "base/diag.h"
#include "crypto/hash.h"
#include "ledger/disk.h"
#include "ledger/journal.h"

#define SEGMENT_HEADER_LEN SECTOR_LEN /* one sector, so it is never torn */
#define SEGMENT_ALIGN      4096u      /* bytes; lengths are multiples, for the page cache */
#define SEGMENT_NAME_CAP   32u        /* bytes: twenty digits, ".seg.tmp", NUL */
#define SEGMENT_TMP_NAME   "next.tmp"

struct segment_header {
    uint32_t epoch;
    uint8_t workspace_id[JOURNAL_WORKSPACE_ID_LEN];
    uint64_t number, first_sequence, nonce, file_len;
    struct hash256 previous; /* hash of the last group of the segment before */
    uint64_t created_ms, last_time_ms;
};

/* A segment's file name in text memory of the caller. */
struct segment_name {
    char text[SEGMENT_NAME_CAP];
};
struct segment_name segment_name_of(uint64_t number);
/* True and the number, if `text` is a segment's file name. */
bool segment_name_read(const char *text, uint64_t *number);

void segment_encode(const struct segment_header *h, uint8_t sector[static SEGMENT_HEADER_LEN]);

/** Read a header sector.
 * @retval CM_E_VERSION  intact, of another format version
 * @retval CM_E_CORRUPT  anything else that is not a header; *out untouched */
CM_MUST_CHECK cm_err segment_decode(const uint8_t sector[static SEGMENT_HEADER_LEN],
                                    struct segment_header *out);

/* Whether a length is one that segments may have. */
bool segment_len_valid(uint64_t len);

/** Make the file `number`, zero-filled and durable, and leave it open for writing.
 * @param[in] dir_fd  the journal's folder      @param[in] header  written first, or NULL: blank
 * @param[out] fd     untouched on error
 * @retval CM_E_NO_SPACE, CM_E_IO, CM_E_EXISTS, ...  nothing of it is left */
CM_MUST_CHECK cm_err segment_prepare(int dir_fd, uint64_t number, uint64_t len,
                                     const struct segment_header *header, int *fd);

#endif
