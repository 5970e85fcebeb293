/* What the journal's tests share: a scratch journal, groups of known events, file surgery. */
#ifndef CM_TESTS_JOURNAL_KIT_H
#define CM_TESTS_JOURNAL_KIT_H

#include "support/cm.h"

#include <fcntl.h>
#include <string.h>

#include "base/crc32c.h"
#include "crypto/secret.h"
#include "ledger/disk.h"
#include "ledger/event_frame.h"
#include "ledger/group.h"
#include "ledger/journal.h"
#include "ledger/journal_read.h"
#include "ledger/segment.h"
#include "support/scratch.h"

#define KIT_SEGMENT_LEN JOURNAL_SEGMENT_LEN_MIN
#define KIT_TIME_MS     1700000000000u
#define KIT_EVENT_TYPE  200u

/* The scratch folder of the running test, and the options of its journal. */
struct kit {
    struct scratch root, dir, archive;
    struct journal_options options;
};

static inline void kit_init(struct kit *k) {
    assert_true(scratch_make(&k->root));
    k->dir = scratch_below(&k->root, "journal");
    k->archive = scratch_below(&k->root, "archive");
    k->options = (struct journal_options){
        .dir = k->dir.path, .workspace_id = {1, 2, 3}, .epoch = 1, .segment_len = KIT_SEGMENT_LEN};
    assert_ok(crypto_init());
}

static inline void kit_wipe(struct kit *k) { scratch_remove(k->root.path); }

/* Byte i of the payload of event number `sequence`: its own sequence, then a pattern made of it. */
static inline uint8_t kit_byte(uint64_t sequence, size_t i) {
    if (i < sizeof sequence) return (uint8_t)(sequence >> (8u * (sizeof sequence - 1 - i)));
    return (uint8_t)(1u + (sequence * 31u + i) % 255u);
}

static inline void kit_fill(uint8_t *to, uint64_t sequence, size_t len) {
    for (size_t i = 0; i < len; i++)
        to[i] = kit_byte(sequence, i);
}

static inline int kit_right(struct cm_slice payload, uint64_t sequence) {
    for (size_t i = 0; i < payload.len; i++) {
        if (payload.p[i] != kit_byte(sequence, i)) return 0;
    }
    return 1;
}

/* Pack and commit one group of `count` events of `len` payload bytes each (at least 8). */
static inline cm_err kit_commit(struct journal *j, uint32_t count, size_t len) {
    size_t cap = 0;
    size_t used = 0;
    uint8_t *to = journal_payload(j, &cap);
    uint64_t sequence = journal_next_sequence(j);
    TRY(journal_room(j, count * (EVENT_FRAME_LEN + len)));
    if (journal_half_full(j)) cm_ignore(journal_prepare(j)); /* no room yet: a roll tells */
    for (uint32_t i = 0; i < count; i++, sequence++) {
        kit_fill(to + used + EVENT_FRAME_LEN, sequence, len);
        event_frame_head(to + used, KIT_EVENT_TYPE, 0, (uint16_t)len);
        used += EVENT_FRAME_LEN + len;
    }
    return journal_commit(j, count, used, KIT_TIME_MS + sequence, &sequence);
}

/* What a walk saw; checks that sequences follow one another and payloads are those of kit_fill. */
struct kit_seen {
    uint64_t first, next;
    uint32_t groups;
    struct journal_group last; /* its events are not to be read any more */
};

static inline cm_err kit_visit(void *ctx, const struct journal_group *g) {
    struct kit_seen *seen = ctx;
    struct cm_slice rest = g->events;
    struct event_frame frame;
    if (seen->groups == 0) seen->first = seen->next = g->first_sequence;
    assert_true(g->first_sequence == seen->next);
    while (frame_next(&rest, &frame)) {
        assert_true(kit_right(frame.payload, seen->next));
        seen->next += 1;
    }
    seen->groups += 1;
    seen->last = *g;
    return CM_OK;
}

/* Path of a segment in the journal's folder. */
static inline struct scratch kit_segment(const struct kit *k, uint64_t number) {
    return scratch_below(&k->dir, segment_name_of(number).text);
}

static inline void kit_poke(const struct kit *k, uint64_t segment, uint64_t offset, const void *p,
                            size_t len) {
    const struct scratch path = kit_segment(k, segment);
    CM_CLEANUP(disk_closep) int fd = open(path.path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_ok(disk_write(fd, p, len, offset));
}

static inline void kit_flip(const struct kit *k, uint64_t segment, uint64_t offset, unsigned bit) {
    const struct scratch path = kit_segment(k, segment);
    CM_CLEANUP(disk_closep) int fd = open(path.path, O_RDWR | O_CLOEXEC);
    uint8_t byte = 0;
    assert_true(fd >= 0);
    assert_ok(disk_read(fd, &byte, 1, offset));
    byte = (uint8_t)(byte ^ (1u << bit));
    assert_ok(disk_write(fd, &byte, 1, offset));
}

#endif
