/* Videojet 1000-line WSI: one text, printed on every product until it is replaced; a print counter.
 * A unit is printed when the counter moved by one since it was loaded. Printing is off whenever the
 * text in the slot has been printed and no new one is there (printers reference section 4a).
 *
 * Without a gate a product that comes between print and reload carries the last text again: the
 * driver can only see it in the counter, and stops. */
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/kinds.h"
#include "line/reply.h"

#define STX        0x02u
#define ETX        0x03u
#define FIELD_CAP  64u
#define TEXT_MAX   50u /* characters of one field */
#define ANSWER_LEN 3u  /* $XX or !XX */

enum { ASK_OFF = ASK_OWN, ASK_ON, ASK_SELECT, ASK_ERRORS, ASK_COUNT, ASK_LAST };

static const int rest_plan[] = {ASK_OFF, ASK_ERRORS, ASK_COUNT, ASK_NONE};
static const int open_plan[] = {ASK_SELECT, ASK_NONE};
static const int poll_plan[] = {ASK_ERRORS, ASK_COUNT, ASK_NONE};
static const int off_plan[] = {ASK_OFF, ASK_COUNT, ASK_NONE};
static const int on_plan[] = {ASK_ON, ASK_NONE};

struct wsi {
    char field[FIELD_CAP], message[FIELD_CAP];
    uint8_t sum, unit_sum; /* of the last request, of the last unit */
    bool off, taken;
    uint64_t off_us; /* since when it is off */
    uint64_t base, count;
};

static cm_err wsi_begin(struct driver *d, const struct driver_options *o, struct cm_diag *diag) {
    struct wsi *w = d->own;
    if (d->fields_n != 1)
        return diag_fail(diag, CM_E_RANGE, "fields", NULL, "give the whole text as one field",
                         "a WSI slot takes one field");
    if (slice_text(o->fields[0]).len >= FIELD_CAP ||
        (o->template_name != NULL && slice_text(o->template_name).len >= FIELD_CAP))
        return diag_fail(diag, CM_E_RANGE, "template", NULL, "shorten it", "a name is too long");
    text_append(w->field, sizeof w->field, "%s", o->fields[0]);
    if (o->template_name != NULL)
        text_append(w->message, sizeof w->message, "%s", o->template_name);
    d->window = 1;
    return CM_OK;
}

/* STX body ETX; the sum of the body stands in the answer. */
static void put_request(struct driver *d, size_t from) {
    struct wsi *w = d->own;
    w->sum = 0;
    for (size_t i = from; i < d->out.len; i++)
        w->sum = (uint8_t)(w->sum + d->out.p[i]);
    buffer_u8(&d->out, ETX);
}

static bool wsi_say(struct driver *d, int ask) {
    static const char *const words[ASK_LAST] = {[ASK_OFF] = "O0",
                                                [ASK_ON] = "O1",
                                                [ASK_SELECT] = "M",
                                                [ASK_ERRORS] = "E",
                                                [ASK_COUNT] = "GA"};
    const struct wsi *w = d->own;
    if (ask == ASK_SELECT && w->message[0] == '\0') return false;
    buffer_u8(&d->out, STX);
    const size_t from = d->out.len;
    driver_say(d, words[ask]);
    if (ask == ASK_SELECT) driver_say(d, w->message);
    put_request(d, from);
    return true;
}

static cm_err wsi_unit(struct driver *d, const struct unit *u, struct cm_diag *diag) {
    struct wsi *w = d->own;
    const struct cm_slice text = u->texts[0];
    if (text.len == 0 || text.len > TEXT_MAX)
        return diag_fail(diag, CM_E_RANGE, "unit", NULL, "choose another text",
                         "%zu characters, a WSI field takes 1 to %u", text.len, TEXT_MAX);
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] < ' ' || text.p[i] > '~')
            return diag_fail(diag, CM_E_FORMAT, "unit", NULL, "choose another text",
                             "byte %02X cannot be said in WSI", text.p[i]);
    buffer_u8(&d->out, STX);
    const size_t from = d->out.len;
    driver_say(d, "U");
    driver_say(d, w->field);
    driver_say(d, "\n");
    driver_put(d, text);
    put_request(d, from);
    w->unit_sum = w->sum;
    w->taken = false;
    return CM_OK;
}

/* $XX, !XX, STX ... ETX, or noise of one byte. */
static size_t wsi_frame(const struct driver *d, struct cm_slice rest) {
    (void)d;
    if (rest.p[0] == '$' || rest.p[0] == '!') return rest.len < ANSWER_LEN ? 0 : ANSWER_LEN;
    if (rest.p[0] != STX) return 1;
    const uint8_t *end = memchr(rest.p, ETX, rest.len);
    return end == NULL ? 0 : (size_t)(end - rest.p) + 1;
}

static void hear_unit(struct driver *d, bool yes) {
    struct wsi *w = d->own;
    if (!yes) {
        driver_refused(d, "the printer refused a text");
        d->poll_due_us = d->now_us;
        return;
    }
    w->taken = true;
    driver_took(d);
    if (w->off && d->phase == PHASE_RUNNING) driver_walk(d, on_plan);
}

static void hear_answer(struct driver *d, struct cm_slice frame) {
    struct wsi *w = d->own;
    const bool yes = frame.p[0] == '$';
    const uint64_t sum = reply_hex(slice_of(frame.p + 1, 2));
    /* A count answers no $. */
    const bool late = d->doubt && !d->relinked && yes && d->asking == ASK_COUNT;
    if ((d->asking == ASK_UNIT || late) && sum == w->unit_sum) {
        hear_unit(d, yes);
        return;
    }
    if (d->asking == ASK_ERRORS || d->asking == ASK_COUNT) {
        if (!yes) driver_denied(d);
        return;
    }
    if (d->asking < ASK_OWN || sum != w->sum) return;
    if (!yes) {
        driver_denied(d);
        return;
    }
    if (d->asking == ASK_OFF && !w->off) w->off_us = d->now_us;
    if (d->asking == ASK_OFF) w->off = true;
    if (d->asking == ASK_ON) w->off = false;
    driver_answered(d);
}

static void wsi_heard(struct driver *d, struct cm_slice frame) {
    struct wsi *w = d->own;
    if (frame.p[0] == '$' || frame.p[0] == '!') {
        hear_answer(d, frame);
        return;
    }
    if (frame.len < 2) return;
    const struct cm_slice inner = slice_of(frame.p + 1, frame.len - 2);
    if (d->asking == ASK_COUNT && reply_is_u64(inner, &w->count)) driver_answered(d);
    if (d->asking != ASK_ERRORS || inner.len < 12) return;
    const bool fault = reply_hex(slice_of(inner.p, 12)) != 0;
    driver_block(d, fault ? DRIVER_FAULT : DRIVER_RUNNING, fault ? "error bits are set" : "");
    driver_answered(d);
}

/* The coder is off, and its counter was read since: what it printed before is known. */
static bool is_shut(const struct driver *d) {
    const struct wsi *w = d->own;
    return w->off && d->read_us >= w->off_us;
}

static bool wsi_judge(struct driver *d) {
    struct wsi *w = d->own;
    driver_count(d, w->count, d->flight_n);
    const uint64_t counted = w->count < w->base ? 0 : w->count - w->base;
    const bool back = w->count < w->base;
    if (d->phase != PHASE_RUNNING && d->flight_n == 0) {
        w->base = w->count;
        return is_shut(d);
    }
    if (d->past && !w->taken && counted == 1) {
        /* The text, or, if it never left us and the power came back, the old one once more. */
        driver_settle(d, d->flight_n, FATE_UNKNOWN);
        w->base = w->count;
        return false;
    }
    if (back || counted > d->flight_n || (counted == 1 && !w->taken)) {
        const uint64_t copies = back || counted <= d->flight_n ? 0 : counted - d->flight_n;
        driver_settle(d, d->flight_n, FATE_UNKNOWN);
        w->base = w->count;
        driver_hold(d, copies, "the print counter is not that of this run");
        return false;
    }
    driver_settle(d, counted, FATE_PRINTED);
    w->base = w->count;
    return driver_still(d, w->count, w->off, d->rest_us);
}

static bool wsi_rested(struct driver *d) {
    const bool still = wsi_judge(d);
    if (d->phase == PHASE_HELD) return false;
    if (still) driver_settle(d, d->flight_n, FATE_UNKNOWN); /* printed or not: a slot cannot tell */
    return d->flight_n == 0 && is_shut(d);
}

static void wsi_polled(struct driver *d) {
    (void)wsi_judge(d);
    if (d->phase == PHASE_HELD) return;
    if (d->doubt) driver_reopen(d);
    if (d->flight_n == 0 && !is_shut(d) && d->phase == PHASE_RUNNING) driver_walk(d, off_plan);
}

static void wsi_lost(struct driver *d) {
    struct wsi *w = d->own;
    w->off = false; /* it may have been off and on again */
}

/* The print counter before the text, and whether the coder has said that it took it. */
static void wsi_memory(const struct driver *d, struct buffer *out) {
    const struct wsi *w = d->own;
    buffer_u8(out, d->flight_n > 0 && w->taken);
    buffer_u64be(out, w->base);
}

static bool wsi_remember(struct driver *d, struct cm_slice memory) {
    struct wsi *w = d->own;
    struct cursor c = cursor_over(memory);
    const uint8_t taken = cursor_u8(&c);
    const uint64_t base = cursor_u64be(&c);
    if (cursor_end(&c) != CM_OK || taken > 1 || d->flight_n != 1) return false;
    w->taken = taken == 1;
    w->base = w->count = base;
    return true;
}

static bool wsi_reads(const struct driver *d, int ask) {
    (void)d;
    return ask == ASK_COUNT;
}

const struct driver_kind kind_wsi = {
    .name = "wsi",
    .summary = "Videojet WSI: one slot; the print counter proves",
    .model = DRIVER_SLOT,
    .window = 1,
    .reply_ms = 2000,
    .own_len = sizeof(struct wsi),
    .sync = ASK_COUNT,
    .reads = wsi_reads,
    .rest_plan = rest_plan,
    .open_plan = open_plan,
    .poll_plan = poll_plan,
    .shut_plan = off_plan,
    .begin = wsi_begin,
    .say = wsi_say,
    .unit = wsi_unit,
    .frame = wsi_frame,
    .heard = wsi_heard,
    .rested = wsi_rested,
    .polled = wsi_polled,
    .lost = wsi_lost,
    .memory_tag = 'W',
    .memory = wsi_memory,
    .remember = wsi_remember,
};
