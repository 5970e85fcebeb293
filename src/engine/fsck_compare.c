/* Walk one image and look everything up in the other, both ways round. */
#include "engine/fsck_compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/macros.h"
#include "engine/units.h"
#include "ledger/state_alias.h"
#include "ledger/state_held.h"
#include "ledger/state_record.h"

#define REMEDY "rebuild the image: countermark fsck --rebuild"

struct comparison {
    struct state *other;
    struct state *mine;
    uint64_t units;
    struct cm_diag *diag;
    bool details;        /* compare what is behind the bits, too: once is enough */
    struct buffer names; /* documents, counters, recalls and runs, as bytes in order */
};

static cm_err differ(const struct comparison *c, uint32_t set, uint64_t serial, const char *what) {
    char place[64];
    (void)snprintf(place, sizeof place, "set %u, serial %llu", set, (unsigned long long)serial);
    return diag_fail(c->diag, CM_E_CORRUPT, "image", place, REMEDY,
                     "its %s differs from the journal", what);
}

static bool same_extra(const struct unit_extra *a, const struct unit_extra *b) {
    return a->flags == b->flags && a->uses == b->uses && a->reserved_by == b->reserved_by &&
           a->reserved_until_ms == b->reserved_until_ms && a->since_ms == b->since_ms &&
           memcmp(a->redeemer, b->redeemer, sizeof a->redeemer) == 0;
}

static cm_err compare_unit(struct comparison *c, uint32_t set, uint64_t serial, unsigned bits) {
    c->units++;
    if (bits == UNIT_OTHER) {
        struct unit_extra a = {0}, b = {0};
        bool in_a = false, in_b = false;
        TRY(state_extra(c->mine, set, serial, &a, &in_a));
        TRY(state_extra(c->other, set, serial, &b, &in_b));
        if (in_a != in_b || !same_extra(&a, &b)) return differ(c, set, serial, "exception record");
    }
    struct unit_detail a = {0}, b = {0};
    bool in_a = false, in_b = false;
    TRY(state_detail(c->mine, set, serial, &a, &in_a));
    TRY(state_detail(c->other, set, serial, &b, &in_b));
    if (in_a != in_b || a.time_ms != b.time_ms || a.sequence != b.sequence || a.actor != b.actor ||
        a.use != b.use)
        return differ(c, set, serial, "details");
    return CM_OK;
}

static cm_err compare_page(void *ctx, uint32_t set, uint64_t page, const uint8_t *bytes) {
    struct comparison *c = ctx;
    uint8_t theirs[STATE_PAGE_LEN] = {0};
    bool found = false;
    TRY(state_page(c->other, set, page, theirs, &found));
    const uint64_t first = page * STATE_PAGE_UNITS;
    for (size_t i = 0; i < STATE_PAGE_LEN; i++) {
        if (bytes[i] != theirs[i]) return differ(c, set, first + 4u * i, "state");
        if (bytes[i] == 0 || !c->details) continue;
        for (unsigned u = 0; u < 4; u++) {
            const unsigned bits = ((unsigned)bytes[i] >> (2u * u)) & 3u;
            if (bits != UNIT_FRESH) TRY(compare_unit(c, set, first + 4u * i + u, bits));
        }
    }
    return CM_OK;
}

/* A use that the image forgot would let its redeemer use the unit again. */
static cm_err compare_used_by(void *ctx, uint32_t set, uint64_t serial,
                              const uint8_t redeemer[static EVENT_HASH_LEN]) {
    struct comparison *c = ctx;
    bool found = false;
    TRY(state_used_by(c->other, set, serial, redeemer, &found));
    return found ? CM_OK : differ(c, set, serial, "list of redeemers");
}

/* A balance that the image has otherwise would be somebody's money. */
static cm_err compare_card(void *ctx, uint32_t set, uint64_t serial,
                           const struct card_record *card) {
    struct comparison *c = ctx;
    struct card_record theirs;
    uint8_t a[RECORD_CARD_MAX_LEN], b[RECORD_CARD_MAX_LEN];
    bool found = false;
    TRY(state_card(c->other, set, serial, &theirs, &found));
    if (!found) return differ(c, set, serial, "card");
    const size_t a_len = record_put_card(a, card), b_len = record_put_card(b, &theirs);
    if (!slice_equal(slice_of(a, a_len), slice_of(b, b_len))) return differ(c, set, serial, "card");
    return CM_OK;
}

static cm_err compare_line(void *ctx, const struct card_line *line) {
    struct comparison *c = ctx;
    struct card_line theirs;
    uint8_t a[RECORD_LINE_LEN], b[RECORD_LINE_LEN];
    bool found = false;
    TRY(state_card_line(c->other, line->set, line->serial, line->sequence, &theirs, &found));
    if (!found) return differ(c, line->set, line->serial, "history");
    record_put_line(a, line);
    record_put_line(b, &theirs);
    if (!slice_equal(slice_of(a, sizeof a), slice_of(b, sizeof b)))
        return differ(c, line->set, line->serial, "history");
    return CM_OK;
}

/* A name that the image has otherwise would open somebody else's card. */
static cm_err compare_alias(void *ctx, const uint8_t hash[static EVENT_HASH_LEN],
                            const struct alias_record *record) {
    struct comparison *c = ctx;
    struct alias_record theirs = {0};
    bool found = false;
    TRY(state_alias(c->other, hash, &theirs, &found));
    if (found && theirs.set == record->set && theirs.serial == record->serial &&
        theirs.kind == record->kind && theirs.until_ms == record->until_ms)
        return CM_OK;
    return differ(c, record->set, record->serial, "further name");
}

static cm_err compare_cards(struct comparison *c) {
    TRY(state_aliases(c->mine, compare_alias, c));
    TRY(state_all_cards(c->mine, compare_card, c));
    return state_all_card_lines(c->mine, compare_line, c);
}

static cm_err note_document(void *ctx, enum document_kind kind, uint32_t id, struct cm_slice text) {
    struct buffer *b = &((struct comparison *)ctx)->names;
    buffer_u8(b, (uint8_t)kind);
    buffer_u32be(b, id);
    buffer_u32be(b, (uint32_t)text.len);
    buffer_put(b, text.p, text.len);
    return buffer_err(b);
}

static cm_err note_counters(void *ctx, uint32_t set, const struct set_counters *s) {
    struct buffer *b = &((struct comparison *)ctx)->names;
    uint8_t record[RECORD_COUNTERS_MAX];
    const size_t len = record_put_counters(record, s);
    buffer_u32be(b, set);
    buffer_put(b, record, len);
    return buffer_err(b);
}

static cm_err note_recall(void *ctx, const struct recall_event *r) {
    struct buffer *b = &((struct comparison *)ctx)->names;
    buffer_u32be(b, r->set);
    buffer_u64be(b, r->first);
    buffer_u64be(b, r->last);
    buffer_u32be(b, r->actor);
    return buffer_err(b);
}

static cm_err note_held(void *ctx, struct held_row *row) {
    struct buffer *b = &((struct comparison *)ctx)->names;
    buffer_u32be(b, row->run);
    buffer_u32be(b, row->set);
    record_put_held(b, row);
    return buffer_err(b);
}

static cm_err note_names(struct comparison *c) {
    TRY(state_documents(c->mine, note_document, c));
    TRY(state_counters(c->mine, note_counters, c));
    TRY(state_recalls(c->mine, note_recall, c));
    return state_held(c->mine, note_held, c);
}

static cm_err compare_names(struct comparison *a, struct comparison *b) {
    TRY(note_names(a));
    TRY(note_names(b));
    if (slice_equal(buffer_slice(&a->names), buffer_slice(&b->names))) return CM_OK;
    return diag_fail(a->diag, CM_E_CORRUPT, "image", "documents, counters, recalls or runs", REMEDY,
                     "they differ from the journal");
}

cm_err fsck_compare(struct state *image, struct state *rebuilt, uint64_t *units,
                    struct cm_diag *diag) {
    struct comparison there = {
        .mine = image, .other = rebuilt, .diag = diag, .details = true, .names = BUFFER_INIT};
    struct comparison back = {.mine = rebuilt, .other = image, .diag = diag, .names = BUFFER_INIT};
    cm_err err = state_pages(image, compare_page, &there);
    if (err == CM_OK) err = state_pages(rebuilt, compare_page, &back);
    if (err == CM_OK) err = state_all_used_by(image, compare_used_by, &there);
    if (err == CM_OK) err = state_all_used_by(rebuilt, compare_used_by, &back);
    if (err == CM_OK) err = compare_cards(&there);
    if (err == CM_OK) err = compare_cards(&back);
    if (err == CM_OK) err = compare_names(&there, &back);
    buffer_free(&there.names);
    buffer_free(&back.names);
    *units = there.units;
    return err;
}
