/* The journal's writer: room, commit, roll. One write and one sync a group; a failure of either
 * ends the writer. Recovery is in journal_open.c. Reference: docs/design/journal.md section 5. */
#include "ledger/journal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/random.h"
#include "ledger/archive.h"
#include "ledger/event_frame.h"
#include "ledger/journal_writer.h"

#define BUFFER_ALIGN 4096u /* bytes; a page, so that the kernel copies whole pages */
#define SEAL_SPAN    SECTOR_LEN
_Static_assert(GROUP_HEADER_LEN + GROUP_SEAL_PAYLOAD <= SEAL_SPAN, "a seal is one sector");
_Static_assert(JOURNAL_HASH_LEN == HASH_LEN, "the journal hashes with SHA-256");

void journal_close(struct journal *j) {
    if (j == NULL) return;
    disk_closep(&j->fd);
    disk_closep(&j->next_fd);
    disk_closep(&j->dir_fd);
    disk_closep(&j->lock_fd); /* last: from here on another process may open the journal */
    (void)pthread_mutex_destroy(&j->prepare_lock);
    hasher_free(j->hasher);
    free(j->buffer);
    free(j->dir);
    free(j->archive_dir);
    free(j);
}

void journal_closep(struct journal **j) { journal_close(take(j)); }

cm_err journal_new(struct journal **out, const struct journal_options *options,
                   struct cm_diag *diag) {
    const uint64_t len = options->segment_len != 0 ? options->segment_len : JOURNAL_SEGMENT_LEN;
    if (!segment_len_valid(len) || options->epoch == 0) {
        return diag_fail(diag, CM_E_ARGUMENT, "journal options", "",
                         "64 KiB to 1 GiB in steps of 4096; epochs start at 1",
                         "impossible segment length or epoch");
    }
    struct journal *made = calloc(1, sizeof *made);
    if (made == NULL) return CM_E_NO_MEMORY;
    made->dir_fd = made->lock_fd = made->fd = made->next_fd = -1;
    (void)pthread_mutex_init(&made->prepare_lock, NULL); /* default attributes: cannot fail */
    CM_CLEANUP(journal_closep) struct journal *j = made;
    j->segment_len = len;
    j->epoch = options->epoch;
    j->read_only = options->read_only;
    j->dir = strdup(options->dir);
    if (options->archive_dir != NULL) j->archive_dir = strdup(options->archive_dir);
    j->buffer = aligned_alloc(BUFFER_ALIGN, GROUP_LEN_MAX);
    if (j->dir == NULL || j->buffer == NULL) return CM_E_NO_MEMORY;
    if (options->archive_dir != NULL && j->archive_dir == NULL) return CM_E_NO_MEMORY;
    TRY(hasher_new(&j->hasher));
    *out = take(&j);
    return CM_OK;
}

struct segment_header journal_header(uint64_t number, uint32_t epoch, uint64_t file_len,
                                     const uint8_t workspace_id[static JOURNAL_WORKSPACE_ID_LEN],
                                     const struct chain *chain) {
    struct segment_header h = {.epoch = epoch,
                               .number = number,
                               .file_len = file_len,
                               .first_sequence = chain->next_sequence,
                               .previous = chain->link,
                               .created_ms = clock_now_ms(clock_wall()),
                               .last_time_ms = chain->last_time_ms};
    memcpy(h.workspace_id, workspace_id, sizeof h.workspace_id);
    random_fill(&h.nonce, sizeof h.nonce);
    return h;
}

/* Write the group that stands in `whole` at the end of the journal and wait for the disk. */
static cm_err append(struct journal *j, enum group_kind kind, uint32_t count, size_t payload_len,
                     uint64_t time_ms, uint8_t *whole) {
    const struct group_header h = {.kind = kind,
                                   .epoch = j->head.epoch,
                                   .count = count,
                                   .segment = j->head.number,
                                   .nonce = j->head.nonce,
                                   .first_sequence = j->chain.next_sequence,
                                   .time_ms = time_ms,
                                   .payload_len = (uint32_t)payload_len,
                                   .offset = (uint32_t)j->offset,
                                   .link = j->chain.link};
    struct hash256 hash;
    group_encode(&h, whole);
    TRY(group_hash(j->hasher, slice_of(whole, GROUP_HEADER_LEN + payload_len), &hash));
    cm_err err = disk_write(j->fd, whole, group_span(payload_len), j->offset);
    if (err == CM_OK) err = disk_sync(j->fd);
    if (err != CM_OK) {
        j->dead = true;
        return CM_E_DEAD;
    }
    j->offset += group_span(payload_len);
    j->chain = (struct chain){h.first_sequence + count, time_ms, hash};
    j->event_n += count;
    j->group_n += kind == GROUP_DATA ? 1u : 0u;
    return CM_OK;
}

static cm_err seal(struct journal *j) {
    uint8_t whole[SEAL_SPAN];
    put_u64be(whole + GROUP_HEADER_LEN, j->group_n);
    put_u64be(whole + GROUP_HEADER_LEN + sizeof(uint64_t), j->event_n);
    TRY(append(j, GROUP_SEAL, 0, GROUP_SEAL_PAYLOAD, j->chain.last_time_ms, whole));
    j->sealed = true;
    return CM_OK;
}

/* The prepared segment becomes the present one. */
static void step_over(struct journal *j, const struct segment_header *head,
                      const struct hash256 *link) {
    disk_closep(&j->fd);
    (void)pthread_mutex_lock(&j->prepare_lock);
    j->fd = j->next_fd;
    j->next_fd = -1;
    j->present = head->number;
    (void)pthread_mutex_unlock(&j->prepare_lock);
    j->head = *head;
    j->chain.link = *link;
    j->offset = SEGMENT_HEADER_LEN;
    j->group_n = j->event_n = 0;
    j->sealed = false;
}

cm_err journal_roll(struct journal *j) {
    uint8_t sector[SEGMENT_HEADER_LEN];
    struct hash256 link;
    uint64_t len = 0;
    TRY(journal_prepare(j));
    TRY(disk_length(j->next_fd, &len));
    if (!j->sealed) TRY(seal(j));
    const struct segment_header head =
        journal_header(j->head.number + 1, j->epoch, len, j->head.workspace_id, &j->chain);
    segment_encode(&head, sector);
    TRY(group_hash(j->hasher, slice_of(sector, sizeof sector), &link));
    cm_err err = disk_write(j->next_fd, sector, sizeof sector, 0);
    if (err == CM_OK) err = disk_sync(j->next_fd);
    if (err != CM_OK) {
        j->dead = true;
        return CM_E_DEAD;
    }
    step_over(j, &head, &link);
    return CM_OK;
}

cm_err journal_prepare(struct journal *j) {
    cm_err err = CM_OK;
    if (j->read_only) return CM_E_STATE;
    (void)pthread_mutex_lock(&j->prepare_lock);
    if (j->next_fd < 0)
        err = segment_prepare(j->dir_fd, j->present + 1, j->segment_len, NULL, &j->next_fd);
    (void)pthread_mutex_unlock(&j->prepare_lock);
    return err;
}

bool journal_half_full(const struct journal *j) { return j->offset >= j->head.file_len / 2; }

static bool fits(const struct journal *j, size_t events_len) {
    return !j->sealed && j->head.file_len - j->offset >= group_span(events_len) + SEAL_SPAN;
}

static size_t payload_cap(const struct journal *j) {
    const uint64_t len = j->segment_len < j->head.file_len ? j->segment_len : j->head.file_len;
    const uint64_t most = len - SEGMENT_HEADER_LEN - SEAL_SPAN - GROUP_HEADER_LEN;
    return most < GROUP_PAYLOAD_MAX ? (size_t)most : GROUP_PAYLOAD_MAX;
}

cm_err journal_room(struct journal *j, size_t events_len) {
    if (j->dead) return CM_E_DEAD;
    if (j->read_only) return CM_E_STATE;
    if (events_len > payload_cap(j)) return CM_E_RANGE;
    if (!fits(j, events_len)) TRY(journal_roll(j));
    j->room = events_len;
    return CM_OK;
}

uint8_t *journal_payload(struct journal *j, size_t *cap) {
    *cap = payload_cap(j);
    return j->buffer + GROUP_HEADER_LEN;
}

cm_err journal_commit(struct journal *j, uint32_t count, size_t events_len, uint64_t time_ms,
                      uint64_t *first_sequence) {
    if (j->dead) return CM_E_DEAD;
    if (j->read_only || events_len > j->room || !fits(j, events_len)) return CM_E_STATE;
    if (count == 0 || time_ms < j->chain.last_time_ms) return CM_E_ARGUMENT;
    if (frame_check(slice_of(j->buffer + GROUP_HEADER_LEN, events_len), count) != CM_OK)
        return CM_E_ARGUMENT;
    const uint64_t first = j->chain.next_sequence;
    TRY(append(j, GROUP_DATA, count, events_len, time_ms, j->buffer));
    j->room = 0;
    *first_sequence = first;
    return CM_OK;
}

uint64_t journal_next_sequence(const struct journal *j) { return j->chain.next_sequence; }

void journal_tail_get(const struct journal *j, struct journal_tail *out) {
    *out = (struct journal_tail){.epoch = j->head.epoch,
                                 .segment = j->head.number,
                                 .offset = j->offset,
                                 .next_sequence = j->chain.next_sequence,
                                 .last_time_ms = j->chain.last_time_ms};
    memcpy(out->hash, j->chain.link.b, sizeof out->hash);
}

cm_err journal_release(struct journal *j, uint64_t below_sequence, struct cm_diag *diag) {
    if (j->archive_dir == NULL || j->read_only) return CM_OK;
    return archive_release(j->dir, j->archive_dir, below_sequence, diag);
}
