/* Between run_journal.c (what is known), run_journal_file.c (the file) and run_journal_read.c (its
 * bytes). Byte table: docs/design/runs.md, "Run journal". */
#ifndef CM_LINE_RUN_JOURNAL_INSIDE_H
#define CM_LINE_RUN_JOURNAL_INSIDE_H

#include "base/buffer.h"
#include "line/run_journal.h"

/* A group: header, records; written twice in a row, so that one damaged place loses nothing. */
#define GROUP_MAGIC      0x434D524Au /* "CMRJ" */
#define GROUP_VERSION    1u
#define GROUP_HEADER_LEN 32u
#define RECORD_HEAD_LEN  8u  /* type 1, zero 1, length 2, run 4 */
#define RECORD_SPAN_LEN  24u /* set 4, first 8, count 8, stage 1, cause 1, zero 2 */
#define RECORD_LEN_MAX   (RECORD_HEAD_LEN + RUN_IDENTITY_MAX)
_Static_assert(RUN_IDENTITY_MAX >= RUN_MEMORY_MAX && RUN_MEMORY_MAX >= RECORD_SPAN_LEN, "longest");
_Static_assert(RUN_MEMORY_MAX >= DRIVER_MEMORY_MAX, "a driver's memory fits");

/* Append only. */
enum record_type {
    RECORD_BEGIN = 1, /* identity of the workspace; first in every file */
    RECORD_RUN = 2,
    RECORD_HOLD = 3,
    RECORD_HOLE = 4,
    RECORD_SENT = 5,
    RECORD_FATE = 6,
    RECORD_FORGET = 7,
    RECORD_MEMORY = 8,
    RECORD_DROP = 9,
    RECORD_LET_GO = 10 /* how often the printer let go of what a jam left in it */
};

struct run_record {
    enum record_type type;
    uint32_t run;
    struct span span;      /* HOLD, HOLE, SENT, FATE, FORGET */
    struct cm_slice bytes; /* BEGIN, MEMORY */
    uint64_t number;       /* LET_GO */
};

struct run_journal {
    int dir_fd, lock_fd, fd;
    uint64_t at;         /* where the next group goes */
    uint64_t room_len;   /* to prepare in each file, at least */
    uint64_t file_len;   /* prepared */
    uint64_t sequence;   /* of the next group */
    uint64_t generation; /* of the file: another one after each snapshot */
    uint64_t commits;
    bool urgent;  /* a record waits that must be synced before anything leaves */
    bool suspect; /* a sync failed: only a new file can be trusted */
    struct buffer pending;
    struct buffer group; /* as written */
    struct run_past **runs;
    size_t n, cap;
    uint8_t identity[RUN_IDENTITY_MAX];
    size_t identity_len;
};

/* Apply a record to what is known, by the same rules when it is made and when it is read.
 * @retval as the functions of run_journal.h; nothing is applied then */
CM_MUST_CHECK cm_err run_record_apply(struct run_journal *j, const struct run_record *r);
void run_journal_clear(struct run_journal *j);

/* ---- Bytes */

void run_record_put(struct buffer *out, const struct run_record *r);
/* @retval CM_E_TRUNCATED, CM_E_FORMAT */
CM_MUST_CHECK cm_err run_record_take(struct cursor *c, struct run_record *out);
/* Make the group of these records, both copies. @retval CM_E_NO_MEMORY, CM_E_RANGE */
CM_MUST_CHECK cm_err run_group_make(const struct run_journal *j, struct cm_slice records,
                                    struct buffer *out);
/** Read a whole file into an empty journal; its generation and sequence are set.
 * @retval CM_E_CORRUPT  more is wrong than a torn end; what was read stands, and must not be used
 * @retval CM_E_VERSION, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err run_journal_replay(struct run_journal *j, struct cm_slice file);

/* ---- The file */

/* As run_journal_open, with files of another length than RUN_JOURNAL_FILE_LEN: for tests that look
 * at thousands of them. */
CM_MUST_CHECK cm_err run_journal_open_sized(const char *folder, uint64_t room_len,
                                            struct run_journal **out, enum run_journal_found *found,
                                            struct cm_diag *diag);

/* Write all that is known into a new file and put it in the place of the old one. */
CM_MUST_CHECK cm_err run_journal_snapshot(struct run_journal *j);

#endif
