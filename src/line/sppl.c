/* Savema SPPL: a queue whose depth can be asked, and a life counter. What left the queue is
 * believed printed when the two agree exactly; a unit on its way from one to the other keeps them
 * apart for a print's time, a skipped one for ever (printers reference section 3).
 *
 * Counter, depth and counter again are read: a counter that moved meanwhile makes the reading void.
 * One row, one append: an answer that is lost leaves one unit in doubt. While an operator is in a
 * menu everything but the state is answered FAIL. */
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/kinds.h"
#include "line/reply.h"

#define FIELD_CAP    64u
#define REPLY        "SPGRES{"
#define FORBIDDEN    "~^{}|<>\r\n"
#define MESSAGE_MAX  128u
#define PEEKS_SPARED (PEEKS - 10u)

enum {
    ASK_STATE = ASK_OWN,
    ASK_HALT,
    ASK_LOAD,
    ASK_CLEAR,
    ASK_RUN,
    ASK_TOTAL,
    ASK_TOTAL_AGAIN,
    ASK_DEPTH,
    ASK_LAST
};

static const int rest_plan[] = {ASK_STATE, ASK_HALT,        ASK_TOTAL,
                                ASK_DEPTH, ASK_TOTAL_AGAIN, ASK_NONE};
static const int clear_plan[] = {ASK_CLEAR, ASK_NONE};
static const int open_plan[] = {ASK_LOAD, ASK_CLEAR, ASK_RUN, ASK_NONE};
static const int poll_plan[] = {ASK_STATE, ASK_TOTAL, ASK_DEPTH, ASK_TOTAL_AGAIN, ASK_NONE};
static const int peek_plan[] = {ASK_STATE, ASK_TOTAL, ASK_DEPTH, ASK_TOTAL_AGAIN, ASK_NONE};
static const int run_plan[] = {ASK_RUN, ASK_NONE};

static const char *const words[ASK_LAST] = {
    [ASK_UNIT] = "SPLAQD",  [ASK_STATE] = "SPPSTA",       [ASK_HALT] = "SPPSTP",
    [ASK_LOAD] = "SPLLTF",  [ASK_CLEAR] = "SPLCQD",       [ASK_RUN] = "SPPSAP",
    [ASK_TOTAL] = "SPGGTP", [ASK_TOTAL_AGAIN] = "SPGGTP", [ASK_DEPTH] = "SPLGQC",
};

struct sppl {
    char field[FIELD_CAP];     /* the queue */
    char message[MESSAGE_MAX]; /* the template in the printer, or empty: the active one */
    bool waiting;              /* the printer has nothing to do */
    bool adrift;               /* base is not known: it must be read at rest */
    bool ran;                  /* on this link it was found running: its power was not cut */
    bool clearing;             /* halted and judged; the queue is being cleared */
    uint64_t base, first, total, depth, at_clear;
    uint64_t missing_us; /* since when more than one unit is missing */
};

static cm_err sppl_begin(struct driver *d, const struct driver_options *o, struct cm_diag *diag) {
    struct sppl *s = d->own;
    s->adrift = true;
    const char *message = o->template_name == NULL ? "" : o->template_name;
    if (d->fields_n != 1)
        return diag_fail(diag, CM_E_RANGE, "fields", NULL, "give the whole text as one field",
                         "an SPPL queue takes one field");
    if (strlen(message) >= MESSAGE_MAX || slice_text(o->fields[0]).len >= FIELD_CAP)
        return diag_fail(diag, CM_E_RANGE, "template", NULL, "shorten it", "a name is too long");
    if (strpbrk(o->fields[0], FORBIDDEN) != NULL || strpbrk(message, FORBIDDEN) != NULL)
        return diag_fail(diag, CM_E_FORMAT, "template", NULL, "use letters and digits",
                         "a name has a character that SPPL cannot say");
    text_append(s->field, sizeof s->field, "%s", o->fields[0]);
    text_append(s->message, sizeof s->message, "%s", message);
    return CM_OK;
}

static bool sppl_say(struct driver *d, int ask) {
    const struct sppl *s = d->own;
    if (ask == ASK_LOAD && s->message[0] == '\0') return false;
    driver_say(d, "~");
    driver_say(d, words[ask]);
    if (ask == ASK_LOAD || ask == ASK_CLEAR || ask == ASK_DEPTH) {
        driver_say(d, "{");
        driver_say(d, ask == ASK_LOAD ? s->message : s->field);
        driver_say(d, "}");
    }
    driver_say(d, "^");
    return true;
}

static cm_err sppl_unit(struct driver *d, const struct unit *u, struct cm_diag *diag) {
    const struct sppl *s = d->own;
    const struct cm_slice text = u->texts[0];
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] < ' ' || memchr(FORBIDDEN, text.p[i], sizeof FORBIDDEN) != NULL)
            return diag_fail(diag, CM_E_FORMAT, "unit", NULL, "choose another text",
                             "byte %02X cannot be said in SPPL", text.p[i]);
    driver_say(d, "~SPLAQD{");
    driver_say(d, s->field);
    driver_say(d, "~gt~");
    driver_put(d, text);
    driver_say(d, "}^");
    return CM_OK;
}

/* Frames end with ^. */
static size_t sppl_frame(const struct driver *d, struct cm_slice rest) {
    (void)d;
    const uint8_t *end = memchr(rest.p, '^', rest.len);
    return end == NULL ? 0 : (size_t)(end - rest.p) + 1;
}

static void hear_state(struct driver *d, struct cm_slice value) {
    struct sppl *s = d->own;
    const struct cm_slice text = reply_part(value, '<', 1);
    char shown[REPORT_WORDS_CAP] = "";
    enum driver_state cause = DRIVER_RUNNING;
    s->waiting = reply_begins(value, "WAITING");
    s->ran |= reply_begins(value, "RUNNING");
    if (reply_begins(value, "ERROR")) {
        cause = DRIVER_FAULT;
        text_append(shown, sizeof shown, "%.*s", (int)(text.len < 40 ? text.len : 40),
                    (const char *)text.p);
    }
    if (reply_begins(value, "INIT")) cause = DRIVER_OPENING;
    if (reply_begins(text, "BLOCKED")) cause = DRIVER_MENU;
    driver_block(d, cause, shown);
    driver_answered(d);
}

static void hear_number(struct driver *d, struct cm_slice value) {
    struct sppl *s = d->own;
    uint64_t number = 0;
    if (!reply_is_u64(value, &number)) {
        driver_denied(d);
        return;
    }
    if (d->asking == ASK_TOTAL) s->first = number;
    if (d->asking == ASK_TOTAL_AGAIN) s->total = number;
    if (d->asking == ASK_DEPTH) s->depth = number;
    driver_answered(d);
}

/* Of a unit's answer, also one that comes after its time. */
static void hear_unit(struct driver *d, struct cm_slice value) {
    if (d->asking != ASK_UNIT && !d->doubt) return;
    if (slice_equal(value, slice_text("OK"))) {
        driver_took(d);
        return;
    }
    driver_refused(d, "the printer refused a unit");
    d->poll_due_us = d->now_us;
}

static void sppl_heard(struct driver *d, struct cm_slice frame) {
    struct cm_slice rest = reply_behind(frame, REPLY);
    const uint8_t *close = rest.len == 0 ? NULL : memchr(rest.p, '}', rest.len);
    const uint8_t *colon = rest.len == 0 ? NULL : memchr(rest.p, ':', rest.len);
    if (close == NULL || colon == NULL || colon > close) return; /* the message of a print */
    const struct cm_slice name = slice_of(rest.p, (size_t)(colon - rest.p));
    const struct cm_slice value = slice_of(colon + 1, (size_t)(close - colon) - 1);
    if (slice_equal(name, slice_text(words[ASK_UNIT]))) {
        hear_unit(d, value);
        return;
    }
    if (d->asking <= ASK_UNIT || !slice_equal(name, slice_text(words[d->asking]))) return;
    if (d->asking == ASK_STATE) {
        hear_state(d, value);
    } else if (d->asking == ASK_DEPTH || d->asking == ASK_TOTAL || d->asking == ASK_TOTAL_AGAIN) {
        hear_number(d, value);
    } else if (slice_equal(value, slice_text("OK"))) {
        driver_answered(d);
    } else {
        driver_denied(d);
    }
}

/* Numbers prove nothing any more: tell the operator, and begin anew from rest. */
static void contradicts(struct driver *d, size_t n, uint64_t copies, const char *why) {
    struct sppl *s = d->own;
    driver_settle(d, n, FATE_UNKNOWN);
    s->adrift = true;
    driver_hold(d, copies, why);
}

/* Whether counter and queue tell the same; what left the queue is settled then. */
static bool sppl_agrees(struct driver *d) {
    struct sppl *s = d->own;
    if (s->first != s->total) return false;
    driver_count(d, s->total, s->depth);
    if (s->total < s->base || s->depth > d->flight_n) {
        contradicts(d, d->flight_n, 0, "counter or queue are not those of this run");
        return false;
    }
    const uint64_t counted = s->total - s->base;
    const size_t popped = d->flight_n - s->depth;
    if (counted > popped) {
        contradicts(d, popped, counted - popped, "the printer printed more than left its queue");
        return false;
    }
    if (counted < popped) return false;
    driver_settle(d, popped, FATE_PRINTED);
    s->base = s->total;
    d->doubt = false;
    return true;
}

/* The queue was cleared: what it held is proved unprinted, if nothing came out meanwhile. */
static bool cleared(struct driver *d) {
    struct sppl *s = d->own;
    s->clearing = false;
    driver_settle(d, d->flight_n, s->total == s->at_clear ? FATE_CLEARED : FATE_UNKNOWN);
    s->base = s->total;
    return true;
}

/* At rest, where fewer were counted than are gone from the queue. Rows leave it from the front: the
 * last `depth` in flight wait in it, or, where the last ones may never have arrived, others before
 * them do and those are nowhere. Either way the last ones are on no product once it is cleared. Of
 * those before nobody knows which were counted. */
static void settle_gone(struct driver *d) {
    struct sppl *s = d->own;
    driver_settle(d, d->flight_n - s->depth, FATE_UNKNOWN);
    s->base = s->total;
    d->doubt = d->past = false;
}

/* What left the queue and was not counted may still be in the press. */
static bool is_to_come(const struct driver *d) {
    const struct sppl *s = d->own;
    return !s->adrift && s->depth < d->flight_n && s->total - s->base < d->flight_n - s->depth;
}

/* What the queue holds is on no product once it is empty. */
static bool clear_queue(struct driver *d) {
    struct sppl *s = d->own;
    s->at_clear = s->total;
    s->clearing = true;
    if (s->depth == 0) return cleared(d);
    driver_walk(d, clear_plan);
    return false;
}

/* The printer is halted and was read. */
static bool sppl_rested(struct driver *d) {
    struct sppl *s = d->own;
    const bool still = driver_still(d, s->total, s->depth,
                                    is_to_come(d) ? driver_lag_us(d) : driver_copy_lag_us(d));
    if (s->first != s->total) return false;
    driver_count(d, s->total, s->depth);
    if (d->clear && !still) return false; /* one in the press */
    if (s->clearing && s->depth == 0) return cleared(d);
    if (!still) return false;
    if (s->adrift) s->base = s->total;
    s->adrift = false;
    if (d->flight_n == 0 && s->total > s->base) {
        contradicts(d, 0, s->total - s->base, "the printer printed more than left its queue");
        return false;
    }
    const bool agrees = d->flight_n == 0 || sppl_agrees(d); /* rows of others are cleared, too */
    if (d->phase == PHASE_HELD) return false;
    if (agrees && d->flight_n > 0 && d->relinked && s->ran && d->phase == PHASE_OPENING) {
        driver_keep(d); /* polled starts it again */
        return false;
    }
    if (!agrees) settle_gone(d);
    return clear_queue(d);
}

/* One unit may be in the press; more than that, for longer than a print takes, were skipped. A last
 * row that never arrived looks the same: with one in doubt it is judged at rest. */
static void see_skips(struct driver *d) {
    struct sppl *s = d->own;
    if (d->doubt) {
        s->missing_us = d->now_us;
        return;
    }
    const uint64_t popped = d->flight_n - s->depth;
    const uint64_t missing = popped - (s->total - s->base);
    if (s->first != s->total || missing < 2) s->missing_us = d->now_us;
    if (d->now_us - s->missing_us < d->rest_us) return;
    driver_settle(d, popped - 1, FATE_UNKNOWN);
    s->base = s->total;
    s->missing_us = d->now_us;
}

static void sppl_polled(struct driver *d) {
    struct sppl *s = d->own;
    const bool agrees = sppl_agrees(d);
    const bool still = driver_still(d, s->total, s->depth, driver_lag_us(d));
    if (d->phase == PHASE_HELD) return;
    if (s->first == s->total) see_skips(d);
    if (d->cause != DRIVER_RUNNING) return;
    /* The run began, or the queue had run empty: it stops by itself then. */
    if (s->waiting && s->depth > 0) driver_walk(d, run_plan);
    if (!agrees && still) driver_reopen(d);
}

/* On a new link, the printer running: keep its queue if it and the counter account for every row.
 * One in the press is in neither; and so is a last row that never arrived: where there may be such,
 * look again, and if the press is never seen empty, at rest. */
static enum peek sppl_peeked(struct driver *d) {
    struct sppl *s = d->own;
    if (d->cause != DRIVER_RUNNING || s->waiting || s->adrift) return PEEK_REST;
    if (s->first != s->total) return PEEK_AGAIN;
    if (s->total < s->base || s->depth > d->flight_n) return PEEK_REST;
    const uint64_t counted = s->total - s->base;
    const uint64_t popped = d->flight_n - s->depth;
    if (counted > popped) return PEEK_REST; /* copies: it must be halted */
    s->missing_us = d->now_us;
    if (counted + 1 == popped && !d->doubt) return PEEK_KEEP;
    if (counted < popped) return d->peeks_left > PEEKS_SPARED ? PEEK_AGAIN : PEEK_REST;
    driver_settle(d, (size_t)popped, FATE_PRINTED);
    s->base = s->total;
    return PEEK_KEEP;
}

/* The life counter before the first row in flight. */
static void sppl_memory(const struct driver *d, struct buffer *out) {
    const struct sppl *s = d->own;
    buffer_u8(out, s->adrift);
    buffer_u64be(out, s->base);
}

static bool sppl_remember(struct driver *d, struct cm_slice memory) {
    struct sppl *s = d->own;
    struct cursor c = cursor_over(memory);
    const uint8_t adrift = cursor_u8(&c);
    const uint64_t base = cursor_u64be(&c);
    if (cursor_end(&c) != CM_OK || adrift != 0) return false;
    s->adrift = false;
    s->base = base;
    return true;
}

/* What the counter says of given up units says nothing of later ones. */
static void sppl_clear(struct driver *d) {
    struct sppl *s = d->own;
    s->adrift = true;
    s->clearing = false;
}

static void sppl_lost(struct driver *d) {
    struct sppl *s = d->own;
    s->clearing = s->ran = false;
}

const struct driver_kind kind_sppl = {
    .name = "sppl",
    .summary = "Savema SPPL: a queue with readable depth; queue and life counter prove together",
    .model = DRIVER_FIFO,
    .window = 30,
    .reply_ms = 2000,
    .own_len = sizeof(struct sppl),
    .sync = ASK_STATE,
    .rest_plan = rest_plan,
    .open_plan = open_plan,
    .poll_plan = poll_plan,
    .begin = sppl_begin,
    .say = sppl_say,
    .unit = sppl_unit,
    .frame = sppl_frame,
    .heard = sppl_heard,
    .rested = sppl_rested,
    .polled = sppl_polled,
    .clear = sppl_clear,
    .lost = sppl_lost,
    .peek_plan = peek_plan,
    .peeked = sppl_peeked,
    .memory_tag = 'Q',
    .memory = sppl_memory,
    .remember = sppl_remember,
};
