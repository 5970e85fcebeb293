/* The journal: the append-only truth of what happened to units, written one group at a time.
 *
 * A group is durable when journal_commit returns CM_OK, and only then. One process owns a journal
 * (a lock), one thread writes it. It never overwrites a group and never guesses: what contradicts
 * itself is refused with the segment's name and the offset. Format: docs/design/journal.md.
 */
#ifndef CM_LEDGER_JOURNAL_H
#define CM_LEDGER_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "base/macros.h"

#define JOURNAL_WORKSPACE_ID_LEN 16u                      /* bytes */
#define JOURNAL_HASH_LEN         32u                      /* bytes; SHA-256 */
#define JOURNAL_SEGMENT_LEN      (64ul * 1024ul * 1024ul) /* bytes; docs/design/journal.md */
#define JOURNAL_SEGMENT_LEN_MIN  (64ul * 1024ul)          /* bytes; for tests */
#define JOURNAL_SEGMENT_LEN_MAX  (1024ul * 1024ul * 1024ul)
#define JOURNAL_FIRST_SEQUENCE   1u /* of a new workspace; 0 means "before everything" */

struct journal; /* opaque; one writer thread */

struct journal_options {
    const char *dir;         /* folder of the segments; must exist, except for journal_create */
    const char *archive_dir; /* where released segments go; NULL keeps them in dir */
    uint8_t workspace_id[JOURNAL_WORKSPACE_ID_LEN];
    uint32_t epoch;       /* from 1; higher than the journal's: the old segment is sealed first */
    uint64_t segment_len; /* bytes of new segments, a multiple of 4096; 0 = JOURNAL_SEGMENT_LEN */
    bool read_only;       /* no lock, no repair of a torn tail, no writing */
};

/* One group as replay hands it out. `events` is checked to hold exactly `count` frames
 * (event_frame.h) and is valid during the visit only. */
struct journal_group {
    uint32_t epoch;
    uint64_t segment, offset; /* segment number, byte offset of the group in it */
    uint64_t first_sequence, time_ms;
    uint32_t count; /* events; sequences first_sequence .. first_sequence + count - 1 */
    struct cm_slice events;
    uint8_t hash[JOURNAL_HASH_LEN]; /* of this group; the next one carries it */
};

/* A visitor's error ends the walk and is returned unchanged. */
typedef cm_err journal_visit(void *ctx, const struct journal_group *group);

/* Where the journal ends. */
struct journal_tail {
    uint32_t epoch;
    uint64_t segment, offset; /* of the next group */
    uint64_t next_sequence, last_time_ms;
    uint8_t hash[JOURNAL_HASH_LEN]; /* of the last thing written: what the next group carries */
};

/** Make the first segment of a new workspace (and the folder, if it is absent), durably.
 * @retval CM_E_EXISTS    a segment is there already; nothing changed
 * @retval CM_E_NO_SPACE  the disk is full; nothing was made
 * @retval CM_E_ARGUMENT  segment_len or epoch is impossible      @retval CM_E_IO */
CM_MUST_CHECK cm_err journal_create(const struct journal_options *options, struct cm_diag *diag);

/** Open, verify, cut a torn tail, and replay every group that holds a sequence >= from_sequence.
 * @param[out] out      the journal, to be closed with journal_close; untouched on error
 * @param[in]  options  copied, the texts too
 * @param[in]  from_sequence  reading starts at the segment that holds it; may be the next one
 * @param[in]  visit    may be NULL. Groups are durable for certain only once this call has
 *                      returned CM_OK: fold nothing into durable state before
 * @retval CM_E_BUSY       another process has it open (its pid in the diag)
 * @retval CM_E_NOT_FOUND  no journal here, or from_sequence lies in a segment that is not here
 * @retval CM_E_CORRUPT    bytes contradict each other or from_sequence is beyond the end; the diag
 *                         names segment and byte offset
 * @retval CM_E_VERSION    format of another version      @retval CM_E_CONFLICT  another workspace
 * @retval CM_E_STATE      options->epoch is below the journal's
 * @retval CM_E_NO_SPACE   a new epoch needs a segment and the disk is full; nothing changed
 * @retval CM_E_NO_MEMORY, CM_E_IO  and whatever visit returns */
CM_MUST_CHECK cm_err journal_open(struct journal **out, const struct journal_options *options,
                                  uint64_t from_sequence, journal_visit *visit, void *ctx,
                                  struct cm_diag *diag);

/** Make sure that a group with `events_len` bytes of events fits now; seals and rolls if needed.
 * Call it before deciding anything that must be written. The payload memory is left as it is.
 * @retval CM_E_NO_SPACE  no room for a further segment; nothing changed, call again later
 * @retval CM_E_RANGE     more than journal_payload's cap
 * @retval CM_E_IO        a segment could not be prepared; nothing changed
 * @retval CM_E_DEAD      an earlier write or this one failed: reopen */
CM_MUST_CHECK cm_err journal_room(struct journal *j, size_t events_len);

/** Make the next segment file ready, by any one other thread: filling it takes the disk longer than
 * hundreds of groups, so nobody should have to wait for it. Returns at once when nothing is to be
 * done. What was not done ahead journal_room does when the segment is full.
 * @retval CM_E_NO_SPACE, CM_E_IO  nothing changed */
CM_MUST_CHECK cm_err journal_prepare(struct journal *j);
/* Asked by the writer: is the present segment half full? Then it is time for journal_prepare. */
bool journal_half_full(const struct journal *j);

/* Where the writer thread packs the events of the next group (frame_put), and how many bytes fit.
 * The pointer stays the same for the life of the journal. */
uint8_t *journal_payload(struct journal *j, size_t *cap);

/** Write the packed events as one group and wait until it is durable.
 * @param[in]  count       events packed, at least 1
 * @param[in]  events_len  their bytes; a journal_room for at least that many came before
 * @param[in]  time_ms     event time of them all, not before the last group's
 * @param[out] first_sequence  of the first event; untouched on error
 * @retval CM_E_ARGUMENT  count and frames do not agree, time goes back; nothing written
 * @retval CM_E_STATE     no room was made, or opened read-only; nothing written
 * @retval CM_E_CRYPTO    the hash could not be computed; nothing written
 * @retval CM_E_DEAD      the disk failed: the group may or may not be there; reopen to know */
CM_MUST_CHECK cm_err journal_commit(struct journal *j, uint32_t count, size_t events_len,
                                    uint64_t time_ms, uint64_t *first_sequence);

/* The sequence the next event will get. */
uint64_t journal_next_sequence(const struct journal *j);
void journal_tail_get(const struct journal *j, struct journal_tail *out);

/** Move sealed segments whose every sequence is below `below_sequence` to the archive folder.
 * May run beside the writer thread, but not twice at once.
 * @retval CM_E_NO_SPACE, CM_E_IO  some may have moved, none is lost; call again later */
CM_MUST_CHECK cm_err journal_release(struct journal *j, uint64_t below_sequence,
                                     struct cm_diag *diag);

/* NULL is fine. Writes nothing: what was acknowledged is durable already. */
void journal_close(struct journal *j);
void journal_closep(struct journal **j);

#endif
