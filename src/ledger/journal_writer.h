/* The writer's inside, shared by journal.c (append, roll) and journal_open.c (recovery) only. */
#ifndef CM_LEDGER_JOURNAL_WRITER_H
#define CM_LEDGER_JOURNAL_WRITER_H

#include <pthread.h>

#include "ledger/group.h"
#include "ledger/journal.h"
#include "ledger/segment_scan.h"

struct journal {
    char *dir, *archive_dir; /* owned; archive_dir may be NULL */
    uint64_t segment_len;    /* of segments to come */
    uint32_t epoch;
    bool read_only;
    bool dead;   /* sticky: a write or sync failed */
    bool sealed; /* the present segment takes no more groups */
    int dir_fd, lock_fd, fd;
    struct segment_header head; /* of the present segment */
    struct chain chain;
    uint64_t offset, group_n, event_n; /* of the present segment */
    size_t room;                       /* bytes of events that journal_room promised */
    struct hasher *hasher;
    uint8_t *buffer; /* GROUP_LEN_MAX bytes: header, payload, padding */
    /* What journal_prepare shares with the writer. */
    pthread_mutex_t prepare_lock;
    uint64_t present; /* number of the present segment */
    int next_fd;      /* the prepared segment after it, or -1 */
};

/** An empty writer with its memory; journal_close frees it.
 * @retval CM_E_NO_MEMORY, CM_E_CRYPTO, CM_E_ARGUMENT (impossible segment length or epoch) */
CM_MUST_CHECK cm_err journal_new(struct journal **out, const struct journal_options *options,
                                 struct cm_diag *diag);

/** Seal the present segment unless it is, and put the next one to use under j->epoch.
 * @retval CM_E_NO_SPACE, CM_E_IO  the next could not be prepared; nothing changed
 * @retval CM_E_DEAD  a write failed */
CM_MUST_CHECK cm_err journal_roll(struct journal *j);

/* A header for segment `number`, to follow what the chain says, with a fresh nonce. */
struct segment_header journal_header(uint64_t number, uint32_t epoch, uint64_t file_len,
                                     const uint8_t workspace_id[static JOURNAL_WORKSPACE_ID_LEN],
                                     const struct chain *chain);

#endif
