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
#include "line/protocol.h"
#include "line/reply.h"

#define MESSAGE_MAX 128u

enum { ASK_OFF = ASK_OWN, ASK_ON, ASK_SYNC, ASK_STATUS, ASK_COUNT, ASK_READBACK, ASK_SETUP };

static const int rest_plan[] = {ASK_OFF, ASK_STATUS, ASK_COUNT, ASK_NONE};
static const int open_plan[] = {ASK_SETUP,     ASK_SETUP + 1, ASK_SETUP + 2,
                                ASK_SETUP + 3, ASK_SETUP + 4, ASK_SETUP + 5,
                                ASK_SETUP + 6, ASK_SETUP + 7, ASK_NONE};
static const int poll_plan[] = {ASK_STATUS, ASK_COUNT, ASK_NONE};
static const int off_plan[] = {ASK_OFF, ASK_STATUS, ASK_COUNT, ASK_NONE};
static const int check_plan[] = {ASK_READBACK, ASK_ON, ASK_NONE};
_Static_assert(CM_ARRAY_N(open_plan) == PROTOCOL_SETUPS + 1, "one question for each set-up line");

struct raw {
    struct line_protocol p;
    char message[MESSAGE_MAX];
    uint8_t text[DRIVER_TEXT_MAX]; /* of the last unit's first field, to be read back */
    size_t text_len;
    bool on, based, wrong_text;
    bool by_hand;    /* it cannot be told to let go of what it holds */
    uint64_t off_us; /* since when it is off */
    uint64_t base, count;
};

static cm_err raw_begin(struct driver *d, const struct driver_options *o, struct cm_diag *diag) {
    struct raw *r = d->own;
    const char *message = o->template_name == NULL ? "" : o->template_name;
    TRY(protocol_read(&r->p, o->template_text, "protocol", o->fields, diag));
    if (slice_text(message).len >= MESSAGE_MAX)
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

/* Units that the printer said it has. */
static size_t taken_n(const struct driver *d) {
    const bool open = d->asking == ASK_UNIT || d->doubt;
    return open && d->flight_n > 0 ? d->flight_n - 1 : d->flight_n;
}

static void contradicts(struct driver *d, uint64_t copies, const char *why) {
    struct raw *r = d->own;
    driver_settle(d, d->flight_n, FATE_UNKNOWN);
    r->based = false;
    driver_hold(d, copies, why);
}

static void hear_printed(struct driver *d) {
    const struct raw *r = d->own;
    if (r->p.count.n > 0 || d->phase == PHASE_HELD) return; /* the counter is the judge */
    if (taken_n(d) > 0) {
        driver_settle(d, 1, FATE_PRINTED);
    } else {
        contradicts(d, 1, "a product came before its text: it carries the last one again");
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

/* ---- Judging */

/* By the counter, where there is one. A slot whose text was not taken for certain may have printed
 * the one before once more. */
static void judge_count(struct driver *d) {
    struct raw *r = d->own;
    driver_count(d, r->count, d->flight_n);
    if (!r->based || d->phase == PHASE_HELD) return;
    const uint64_t counted = r->count - r->base;
    if (!r->p.fifo && counted == 1 && d->flight_n == 1 && taken_n(d) == 0) {
        driver_settle(d, 1, FATE_UNKNOWN);
        r->base = r->count;
        return;
    }
    if (r->count < r->base || counted > d->flight_n) {
        contradicts(d, r->count < r->base ? 0 : counted - d->flight_n,
                    "the print counter is not that of this run");
        return;
    }
    driver_settle(d, counted, FATE_PRINTED);
    r->base = r->count;
}

static bool raw_rested(struct driver *d) {
    struct raw *r = d->own;
    const bool still = driver_still(d, r->count, d->flight_n);
    if (r->p.count.n > 0) judge_count(d);
    if (d->phase == PHASE_HELD || !still) return false;
    if (d->clear && r->by_hand) {
        r->by_hand = false;
        driver_hold(d, 0, "no command clears it: empty its memory by hand, then resume");
        return false;
    }
    driver_settle(d, d->flight_n, FATE_UNKNOWN); /* printed or not: a slot cannot tell */
    r->base = r->count;
    r->based = true;
    return true;
}

/* It prints nothing, and what it printed before is known. */
static bool is_shut(const struct driver *d) {
    const struct raw *r = d->own;
    const bool old = r->p.status.n == 0 && d->read_us < r->off_us;
    return r->p.off.n == 0 || (!r->on && !old);
}

static void raw_polled(struct driver *d) {
    struct raw *r = d->own;
    if (r->p.count.n > 0) judge_count(d);
    if (d->phase == PHASE_HELD) return;
    if (r->wrong_text) {
        r->wrong_text = false;
        driver_settle_last(d, FATE_UNKNOWN);
        driver_block(d, DRIVER_FAULT, "the printer holds another text than it was sent");
        driver_reopen(d);
    } else if (d->doubt) {
        driver_reopen(d);
    } else if (d->flight_n == 0 && !r->p.fifo && !is_shut(d) && d->phase == PHASE_RUNNING) {
        driver_walk(d, off_plan);
    }
}

static bool raw_blind(const struct driver *d) {
    const struct raw *r = d->own;
    return r->p.count.n == 0 && r->p.printed.n == 0;
}

static void raw_passed(struct driver *d, uint64_t n) {
    if (!raw_blind(d)) return;
    const size_t taken = taken_n(d);
    driver_settle(d, n < taken ? (size_t)n : taken, FATE_UNKNOWN);
}

/* A slot that is off waits for the next text; a queue, or a slot that is never off, prints on. */
static void raw_clear(struct driver *d) {
    struct raw *r = d->own;
    r->based = false;
    r->by_hand = r->p.fifo || r->p.off.n == 0;
}

static void raw_lost(struct driver *d) {
    struct raw *r = d->own;
    r->on = true; /* it may have been off and on again */
}

/* The print counter before the first unit in flight; of a slot, whether it took its text. */
static void raw_memory(const struct driver *d, struct buffer *out) {
    const struct raw *r = d->own;
    buffer_u8(out, r->based && r->p.count.n > 0);
    buffer_u8(out, d->flight_n == 1 && taken_n(d) == 1);
    buffer_u64be(out, r->base);
}

static bool raw_remember(struct driver *d, struct cm_slice memory) {
    struct raw *r = d->own;
    struct cursor c = cursor_over(memory);
    const uint8_t based = cursor_u8(&c), taken = cursor_u8(&c);
    const uint64_t base = cursor_u64be(&c);
    if (cursor_end(&c) != CM_OK || based != 1 || taken > 1) return false;
    if (!r->p.fifo && d->flight_n != 1) return false;
    r->based = true;
    r->base = r->count = base;
    d->past = taken == 0 || d->flight_n > 1; /* nothing is in doubt of a text that was taken */
    return true;
}

static bool raw_reads(const struct driver *d, int ask) {
    const struct raw *r = d->own;
    return r->p.status.n == 0 && (ask == ASK_SYNC || ask == ASK_COUNT);
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
    .shut_plan = off_plan,
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
