/* Any coder whose line protocol is data (protocol.h). What it proves follows from what the file
 * offers: a print counter, a message for each print, or nothing: then somebody beside the printer
 * must say that a product has passed, and its unit stays unknown.
 *
 * A message of a print belongs to the text in the slot: one that comes while a new text is on its
 * way, or a second one, is a copy of the old text on the line. */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/kinds.h"
#include "line/raw_inside.h"
#include "line/reply.h"

static const int rest_plan[] = {ASK_OFF, ASK_STATUS, ASK_COUNT, ASK_NONE};
static const int open_plan[] = {ASK_SETUP,     ASK_SETUP + 1, ASK_SETUP + 2,
                                ASK_SETUP + 3, ASK_SETUP + 4, ASK_SETUP + 5,
                                ASK_SETUP + 6, ASK_SETUP + 7, ASK_NONE};
static const int poll_plan[] = {ASK_STATUS, ASK_COUNT, ASK_NONE};
const int raw_off_plan[] = {ASK_OFF, ASK_STATUS, ASK_COUNT, ASK_NONE};
static const int check_plan[] = {ASK_READBACK, ASK_ON, ASK_NONE};
_Static_assert(CM_ARRAY_N(open_plan) == PROTOCOL_SETUPS + 1, "one question for each set-up line");

static cm_err raw_begin(struct driver *d, const struct driver_options *o, struct cm_diag *diag) {
    struct raw *r = d->own;
    const char *message = o->template_name == NULL ? "" : o->template_name;
    TRY(protocol_read(&r->p, o->template_text, "protocol", o->fields, diag));
    if (slice_text(message).len >= RAW_MESSAGE_MAX)
        return diag_fail(diag, CM_E_RANGE, "template", NULL, "shorten it", "a name is too long");
    text_append(r->message, sizeof r->message, "%s", message);
    r->on = true;
    if (o->window == 0 || !r->p.fifo) d->window = (size_t)r->p.window;
    return CM_OK;
}

static void raw_end(struct driver *d) {
    struct raw *r = d->own;
    protocol_wipe(&r->p);
    wipe(r->text, sizeof r->text);
}

static void put_phrase(struct driver *d, const struct phrase *phrase, const struct unit *u) {
    const struct raw *r = d->own;
    for (size_t i = 0; i < phrase->n; i++) {
        const struct piece *piece = &phrase->pieces[i];
        if (piece->kind == PIECE_BYTES)
            driver_put(d, slice_of(r->p.bytes.p + piece->at, piece->len));
        if (piece->kind == PIECE_MESSAGE) driver_say(d, r->message);
        if (piece->kind == PIECE_FIELD && u != NULL) driver_put(d, u->texts[piece->field]);
    }
}

static void put_checksum(struct driver *d, size_t from) {
    const struct raw *r = d->own;
    uint8_t sum = 0;
    char digits[3];
    if (r->p.checksum == CHECKSUM_NONE) return;
    for (size_t i = from; i < d->out.len; i++)
        sum = r->p.checksum == CHECKSUM_SUM8 ? (uint8_t)(sum + d->out.p[i])
                                             : (uint8_t)(sum ^ d->out.p[i]);
    (void)snprintf(digits, sizeof digits, "%02X", sum);
    driver_say(d, digits);
}

/* False when the file has no such request. */
static bool request(struct driver *d, const struct phrase *phrase, const struct unit *u) {
    const struct raw *r = d->own;
    if (phrase->n == 0) return false;
    put_phrase(d, &r->p.begin, NULL);
    const size_t from = d->out.len;
    put_phrase(d, phrase, u);
    put_checksum(d, from);
    put_phrase(d, &r->p.end, NULL);
    return true;
}

static bool raw_say(struct driver *d, int ask) {
    struct raw *r = d->own;
    switch (ask) {
    case ASK_OFF: return request(d, &r->p.off, NULL);
    case ASK_ON: return !r->on && d->flight_n > 0 && request(d, &r->p.on, NULL);
    case ASK_SYNC: return request(d, r->p.status.n > 0 ? &r->p.status : &r->p.count, NULL);
    case ASK_STATUS: return request(d, &r->p.status, NULL);
    case ASK_COUNT: return request(d, &r->p.count, NULL);
    case ASK_READBACK: return request(d, &r->p.readback, NULL);
    default: break;
    }
    const size_t i = (size_t)(ask - ASK_SETUP);
    return i < r->p.setup_n && request(d, &r->p.setups[i], NULL);
}

static bool is_forbidden(const struct raw *r, uint8_t byte) {
    if (byte < ' ') return true;
    for (size_t i = 0; i < r->p.forbid.n; i++)
        if (memchr(r->p.bytes.p + r->p.forbid.pieces[i].at, byte, r->p.forbid.pieces[i].len) !=
            NULL)
            return true;
    return false;
}

static cm_err raw_unit(struct driver *d, const struct unit *u, struct cm_diag *diag) {
    struct raw *r = d->own;
    for (size_t i = 0; i < d->fields_n; i++)
        for (size_t k = 0; k < u->texts[i].len; k++)
            if (is_forbidden(r, u->texts[i].p[k]))
                return diag_fail(diag, CM_E_FORMAT, "unit", NULL, "choose another text",
                                 "byte %02X cannot be said in %s", u->texts[i].p[k], r->p.name);
    r->text_len = u->texts[0].len;
    if (r->text_len > 0) memcpy(r->text, u->texts[0].p, r->text_len);
    (void)request(d, &r->p.unit, u);
    return CM_OK;
}

/* ---- What comes */

enum sort {
    SORT_ACK,
    SORT_REFUSE,
    SORT_PRINTED,
    SORT_STATUS,
    SORT_COUNT,
    SORT_READBACK,
    SORT_NOISE
};

/* The first answer of the file that the bytes begin with. Noise goes byte by byte. */
static enum match sort_of(const struct raw *r, struct cm_slice rest, enum sort *sort, size_t *len,
                          struct cm_slice *value) {
    const struct {
        const struct phrase *at;
        size_t n;
        enum sort sort;
    } all[] = {{r->p.acks, r->p.ack_n, SORT_ACK},   {r->p.refuses, r->p.refuse_n, SORT_REFUSE},
               {&r->p.printed, 1, SORT_PRINTED},    {&r->p.status_answer, 1, SORT_STATUS},
               {&r->p.count_answer, 1, SORT_COUNT}, {&r->p.readback_answer, 1, SORT_READBACK}};
    enum match best = MATCH_NO;
    for (size_t i = 0; i < CM_ARRAY_N(all); i++)
        for (size_t k = 0; k < all[i].n; k++) {
            const enum match m = protocol_match(&r->p, &all[i].at[k], rest, len, value);
            *sort = all[i].sort;
            if (m == MATCH_WHOLE) return m;
            if (m == MATCH_PARTLY) best = m;
        }
    *sort = SORT_NOISE;
    *len = 1;
    return best;
}

static size_t raw_frame(const struct driver *d, struct cm_slice rest) {
    enum sort sort;
    size_t len = 0;
    struct cm_slice value = {.p = NULL};
    return sort_of(d->own, rest, &sort, &len, &value) == MATCH_PARTLY ? 0 : len;
}

static void hear_printed(struct driver *d) {
    const struct raw *r = d->own;
    if (r->p.count.n > 0 || d->phase == PHASE_HELD) return; /* the counter is the judge */
    if (raw_taken_n(d) > 0) {
        driver_settle(d, 1, FATE_PRINTED);
    } else {
        raw_contradicts(d, 1, "a product came before its text: it carries the last one again");
    }
}

static void hear_state(struct driver *d, struct cm_slice value) {
    const struct raw *r = d->own;
    enum driver_state cause = DRIVER_FAULT;
    for (size_t i = 0; i < r->p.means_n; i++) {
        const struct protocol_meaning *m = &r->p.means[i];
        if (slice_equal(value, slice_of(r->p.bytes.p + m->at, m->len))) cause = m->state;
    }
    /* What we switched off shows it: that is no fault of the printer's. */
    if (!r->on && (cause == DRIVER_FAULT || cause == DRIVER_PAUSED)) cause = DRIVER_RUNNING;
    driver_block(d, cause, cause == DRIVER_FAULT ? "the printer's status shows a fault" : "");
    driver_answered(d);
}

static void hear_unit(struct driver *d, bool yes) {
    if (!yes) {
        driver_refused(d, "the printer refused a text");
        d->poll_due_us = d->now_us;
        return;
    }
    driver_took(d);
    if (d->phase == PHASE_RUNNING) driver_walk(d, check_plan);
}

static void hear_switched(struct driver *d) {
    struct raw *r = d->own;
    if (d->asking == ASK_ON) r->on = true;
    if (d->asking == ASK_OFF && r->on) r->off_us = d->now_us;
    if (d->asking == ASK_OFF) r->on = false;
    driver_answered(d);
}

static void hear_verdict(struct driver *d, bool yes) {
    struct raw *r = d->own;
    /* A late yes is the unit's; a late no may be the question's own. */
    const bool late = d->doubt && !d->relinked && yes && d->asking == ASK_SYNC;
    if (d->asking == ASK_UNIT || late) {
        hear_unit(d, yes);
        return;
    }
    if (d->asking == ASK_READBACK && !yes) r->wrong_text = true;
    const bool plain = d->asking == ASK_ON || d->asking == ASK_OFF || d->asking >= ASK_SETUP;
    if (plain && yes) {
        hear_switched(d);
    } else if (plain || (d->asking > ASK_UNIT && !yes)) {
        driver_denied(d);
    }
}

static void raw_heard(struct driver *d, struct cm_slice frame) {
    struct raw *r = d->own;
    enum sort sort;
    size_t len = 0;
    struct cm_slice value = {.p = NULL};
    if (sort_of(r, frame, &sort, &len, &value) != MATCH_WHOLE) return;
    const bool synced = d->asking == ASK_SYNC;
    switch (sort) {
    case SORT_ACK: hear_verdict(d, true); break;
    case SORT_REFUSE: hear_verdict(d, false); break;
    case SORT_PRINTED: hear_printed(d); break;
    case SORT_STATUS:
        if (d->asking == ASK_STATUS || (synced && r->p.status.n > 0)) hear_state(d, value);
        break;
    case SORT_COUNT:
        if (d->asking != ASK_COUNT && !(synced && r->p.status.n == 0)) break;
        if (reply_is_u64(value, &r->count)) driver_answered(d);
        break;
    case SORT_READBACK:
        if (d->asking != ASK_READBACK) break;
        r->wrong_text = !slice_equal(value, slice_of(r->text, r->text_len));
        driver_answered(d);
        break;
    case SORT_NOISE:
    default: break;
    }
}

const struct driver_kind kind_raw = {
    .name = "raw",
    .summary = "any line protocol, as data: a slot or a queue; proves what its file can ask",
    .model = DRIVER_SLOT,
    .window = 1,
    .reply_ms = 2000,
    .own_len = sizeof(struct raw),
    .sync = ASK_SYNC,
    .reads = raw_reads,
    .rest_plan = rest_plan,
    .open_plan = open_plan,
    .poll_plan = poll_plan,
    .shut_plan = raw_off_plan,
    .begin = raw_begin,
    .end = raw_end,
    .say = raw_say,
    .unit = raw_unit,
    .frame = raw_frame,
    .heard = raw_heard,
    .rested = raw_rested,
    .polled = raw_polled,
    .clear = raw_clear,
    .lost = raw_lost,
    .passed = raw_passed,
    .blind = raw_blind,
    .memory_tag = 'R',
    .memory = raw_memory,
    .remember = raw_remember,
};
