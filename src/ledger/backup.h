/* Online backup of a ledger and its restore: one stream of the state's image and the segments.
 *
 * The stream is plain bytes to a sink; the caller seals it (crypto/seal.h) and stores it. It holds
 * the image as of some position P and every segment from P up to a durable end, so a restored
 * ledger is exactly the one of that end. It has no file names: kinds and numbers only, so nothing
 * in it can name a path. Byte table: docs/design/backup.md.
 */
#ifndef CM_LEDGER_BACKUP_H
#define CM_LEDGER_BACKUP_H

#include "base/buffer.h"
#include "base/diag.h"
#include "ledger/state.h"

#define BACKUP_FORMAT      1u
#define BACKUP_SIGNER_FILE "order-signer.pem"       /* in the folder of the workspace */
#define BACKUP_SMALL_MAX   (16ul * 1024ul * 1024ul) /* bytes of workspace file or keystore */

/* Where the stream goes. An error ends the backup and is returned. */
struct backup_sink {
    cm_err (*write)(void *ctx, struct cm_slice bytes);
    void *ctx;
};
/* Where it comes from: up to cap bytes; *n = 0 is the end. */
struct backup_feed {
    cm_err (*read)(void *ctx, uint8_t *out, size_t cap, size_t *n);
    void *ctx;
};

struct backup_source {
    struct state *state;                   /* open; folds may go on */
    const char *journal_dir, *archive_dir; /* archive_dir may be NULL */
    const char *lists_dir;                 /* files of imported lists; NULL: none */
    uint8_t workspace_id[16];
    /* The sequence below which everything is durable; asked after the image was copied. */
    uint64_t (*durable)(void *ctx);
    void *durable_ctx;
    struct cm_slice workspace_file, keystore_file; /* kept as they are; keystore may be empty */
    struct cm_slice signer_file; /* certificate of whoever signs order files; may be empty */
    uint64_t now_ms;
    bool history; /* every segment that is still there, not only those the image lacks */
};

/* What a backup holds. */
struct backup_report {
    uint8_t workspace_id[16];
    uint64_t made_ms;
    uint64_t position; /* the image is at least as new as this */
    uint64_t end;      /* the sequence that the next event would have got */
    uint64_t len;      /* bytes of the stream */
    uint32_t segments;
};

/** Write a backup beside a running ledger.
 * @param[out] report  may be NULL; untouched on error
 * @retval CM_E_DEAD     the durable sequence is told as one below the image's position
 * @retval CM_E_CORRUPT  image or journal contradict themselves: the diag says where
 * @retval CM_E_IO, CM_E_NO_MEMORY, CM_E_NOT_FOUND (a segment is gone), and the sink's errors */
CM_MUST_CHECK cm_err backup_write(const struct backup_source *source,
                                  const struct backup_sink *sink, struct backup_report *report,
                                  struct cm_diag *diag);

/** Unpack a backup into `folder` (made if absent, otherwise empty) and prove that it is whole:
 * every checksum, the image's every value, the journal's chain from the image to the end.
 * Writes state/, journal/, legacy/, keystore and BACKUP_SIGNER_FILE; hands the workspace file out,
 * since whoever restores must raise its epoch and writes it last: without it the folder is no
 * workspace.
 * @param[out] workspace_file, report  untouched on error
 * @retval CM_E_EXISTS     the folder is not empty; nothing was written
 * @retval CM_E_FORMAT     not a backup        @retval CM_E_VERSION   of another format
 * @retval CM_E_TRUNCATED  the stream ends early
 * @retval CM_E_CORRUPT    damaged, parts missing, doubled or out of order
 * @retval CM_E_IO, CM_E_NO_SPACE, CM_E_NO_MEMORY, the feed's errors; what was written is removed */
CM_MUST_CHECK cm_err backup_read(const struct backup_feed *feed, const char *folder,
                                 struct buffer *workspace_file, struct backup_report *report,
                                 struct cm_diag *diag);

#endif
