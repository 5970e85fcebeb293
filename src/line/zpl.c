/* ZPL II over a byte stream: the label stored once, a recall a unit. Labels have no identity: what
 * came out is known from the life counter alone, so a count is believed in order while nothing
 * disturbs it, and as a whole when something did (printers reference sections 1.4 to 1.10).
 *
 * One question holds three: ~HS, ~HQES and the odometer, whose quoted answer closes it. ~HS keeps
 * silent while paper or ribbon is out or the head is open: then ~HQES tells why. */
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/kinds.h"
#include "line/reply.h"
#include "line/zpl_label.h"

#define STX 0x02u
#define ETX 0x03u

/* Bits of ~HQES errors. */
#define ERROR_MEDIA  0x1u
#define ERROR_RIBBON 0x2u
#define ERROR_HEAD   0x4u
#define ERROR_PAUSED 0x10000u

#define HS_1_COMMAS 11u
#define HS_2_COMMAS 10u
/* Places of ~HS values, counted from 0 in their frame. */
#define HS_PAPER  1u
#define HS_PAUSE  2u
#define HS_QUEUE  4u
#define HS_FULL   5u
#define HS_HEAD   2u
#define HS_RIBBON 3u
#define HS_WAITS  7u
#define HS_BATCH  8u

enum { SAY_NO_REPRINT = ASK_OWN, SAY_CLEAR, SAY_LABEL, ASK_LOOK };

static const int rest_plan[] = {SAY_NO_REPRINT, SAY_CLEAR, ASK_LOOK, ASK_NONE};
static const int open_plan[] = {SAY_LABEL, ASK_NONE};
static const int poll_plan[] = {ASK_LOOK, ASK_NONE};

struct zpl {
    struct zpl_label label;
    bool quiet_reprint; /* ^JZN was said on this link: power-up turns reprinting on again */
    bool cancelled;     /* ~JA was said, and nothing was seen to wait since */
    bool based;         /* base was read at rest */
    bool trouble;       /* something disturbed the order: only a count at rest is believed */
    uint64_t base;      /* odometer when all that left flight had left */
    uint64_t odometer;  /* as of the last look */
    bool heard_1, heard_2;
    uint64_t queue, batch;
    bool paper, ribbon, head, paused, full, waits;
    uint64_t errors;
};

static cm_err zpl_begin(struct driver *d, const struct driver_options *o, struct cm_diag *diag) {
    struct zpl *z = d->own;
    return zpl_label_compile(&z->label, o->template_text,
                             o->template_name == NULL ? "template" : o->template_name, o->fields,
                             diag);
}

static void zpl_end(struct driver *d) {
    struct zpl *z = d->own;
    zpl_label_free(&z->label);
}

static bool zpl_say(struct driver *d, int ask) {
    struct zpl *z = d->own;
    switch (ask) {
    case SAY_NO_REPRINT:
        if (!z->quiet_reprint) driver_say(d, "^XA^JZN^XZ\n");
        z->quiet_reprint = true;
        return false;
    case SAY_CLEAR: /* lets the label in the press end (printers reference section 1.9) */
        if (d->clear && !z->cancelled) driver_say(d, "~JA\n");
        z->cancelled = true;
        return false;
    case SAY_LABEL: driver_put(d, buffer_slice(&z->label.stored)); return false;
    default:
        z->heard_1 = z->heard_2 = false;
        z->errors = 0;
        driver_say(d, "~HS\n~HQES\n! U1 getvar \"odometer.total_label_count\"\r\n");
        return true;
    }
}

static cm_err zpl_unit(struct driver *d, const struct unit *u, struct cm_diag *diag) {
    const struct zpl *z = d->own;
    return zpl_label_recall(&z->label, u, &d->out, diag);
}

/* Frames: STX ... ETX, "quoted", or one byte between them. */
static size_t zpl_frame(const struct driver *d, struct cm_slice rest) {
    (void)d;
    const uint8_t first = rest.p[0];
    if (first != STX && first != '"') return 1;
    const uint8_t *end =
        rest.len < 2 ? NULL : memchr(rest.p + 1, first == STX ? ETX : '"', rest.len - 1);
    return end == NULL ? 0 : (size_t)(end - rest.p) + 1;
}

static bool flag(struct cm_slice values, size_t at) {
    return reply_u64(reply_part(values, ',', at), 0) != 0;
}

static void hear_status(struct zpl *z, struct cm_slice values) {
    const size_t commas = reply_count(values, ',');
    if (commas == HS_1_COMMAS) {
        z->heard_1 = true;
        z->paper = flag(values, HS_PAPER);
        z->paused = flag(values, HS_PAUSE);
        z->queue = reply_u64(reply_part(values, ',', HS_QUEUE), UINT64_MAX);
        z->full = flag(values, HS_FULL);
    }
    if (commas == HS_2_COMMAS) {
        z->heard_2 = true;
        z->head = flag(values, HS_HEAD);
        z->ribbon = flag(values, HS_RIBBON);
        z->waits = flag(values, HS_WAITS);
        z->batch = reply_u64(reply_part(values, ',', HS_BATCH), UINT64_MAX);
    }
}

/* "ERRORS:  1 00000000 00000005": a flag and two words of hex. */
static void hear_errors(struct zpl *z, struct cm_slice text) {
    struct cm_slice rest = reply_behind(text, "ERRORS:");
    uint64_t high = 0, low = 0;
    (void)reply_word(&rest);
    high = reply_hex(reply_word(&rest));
    low = reply_hex(reply_word(&rest));
    z->errors = high << 32 | low;
}

static void see_causes(struct driver *d) {
    const struct zpl *z = d->own;
    char words[REPORT_WORDS_CAP] = "";
    enum driver_state cause = DRIVER_RUNNING;
    if ((z->heard_1 && z->full)) cause = DRIVER_FULL;
    if ((z->heard_1 && z->paused) || (z->errors & ERROR_PAUSED) != 0) cause = DRIVER_PAUSED;
    if ((z->errors & ~(uint64_t)ERROR_PAUSED) != 0) {
        cause = DRIVER_FAULT;
        text_append(words, sizeof words, "~HQES errors %llX", (unsigned long long)z->errors);
    }
    if ((z->errors & ERROR_RIBBON) != 0 || (z->heard_2 && z->ribbon)) cause = DRIVER_RIBBON_OUT;
    if ((z->errors & ERROR_MEDIA) != 0 || (z->heard_1 && z->paper)) cause = DRIVER_PAPER_OUT;
    if ((z->errors & ERROR_HEAD) != 0 || (z->heard_2 && z->head)) cause = DRIVER_HEAD_OPEN;
    driver_block(d, cause, words);
}

static void zpl_heard(struct driver *d, struct cm_slice frame) {
    struct zpl *z = d->own;
    if (frame.len < 2) return;
    const struct cm_slice inner = slice_of(frame.p + 1, frame.len - 2);
    if (frame.p[0] == '"') {
        if (d->asking != ASK_LOOK || text_u64(inner, UINT64_MAX, &z->odometer) != CM_OK) return;
        driver_answered(d);
        return;
    }
    if (reply_behind(inner, "ERRORS:").len > 0) {
        hear_errors(z, inner);
        if (z->errors == 0) return;
        see_causes(d); /* ~HS may keep silent then, and what follows, too: that is no dead link */
        driver_alive(d);
    } else {
        hear_status(z, inner);
    }
}

/* Nothing waits in the printer, nothing is wrong with it, and its counter stands. ~HS does not
 * count the label in the press: where one may be there, only time tells. */
static bool is_at_rest(struct driver *d) {
    const struct zpl *z = d->own;
    const bool missing = z->based && z->odometer - z->base < d->flight_n;
    const bool to_come = missing || d->owed || (!z->based && d->longest_us > 0);
    const bool idle = z->heard_1 && z->heard_2 && z->queue == 0 && z->batch == 0 && !z->waits &&
                      d->cause == DRIVER_RUNNING;
    if (!idle) driver_stirs(d);
    const uint64_t rest_us = to_come ? driver_lag_us(d) : driver_copy_lag_us(d);
    return driver_still(d, z->odometer, z->queue, rest_us) && idle;
}

static void counter_is_ahead(struct driver *d, uint64_t counted) {
    struct zpl *z = d->own;
    const uint64_t copies = counted - d->flight_n;
    driver_settle(d, d->flight_n, FATE_UNKNOWN);
    z->based = false;
    driver_hold(d, copies, "the printer counted more labels than were sent");
}

static void counter_went_back(struct driver *d) {
    struct zpl *z = d->own;
    driver_settle(d, d->flight_n, FATE_UNKNOWN);
    z->based = false;
    driver_hold(d, 0, "the label counter went back: another printer?");
}

/* Of n labels all, or nobody knows which: then one may yet come out, and its count must not be
 * another unit's. The base is read anew, at rest, before the next one goes. */
static void judge_whole(struct driver *d, uint64_t counted) {
    struct zpl *z = d->own;
    const bool all = counted == d->flight_n;
    driver_settle(d, d->flight_n, all ? FATE_PRINTED : FATE_UNKNOWN);
    z->base = z->odometer;
    z->trouble = false;
    if (all || d->halting) return;
    z->based = false;
    driver_reopen(d);
}

static bool zpl_judge(struct driver *d) {
    struct zpl *z = d->own;
    see_causes(d);
    driver_count(d, z->odometer, z->heard_1 ? z->queue : 0);
    if (d->clear && z->heard_1 && z->queue > 0) z->cancelled = false; /* say it again */
    const bool rests = is_at_rest(d);
    if (!z->based) {
        z->base = z->odometer;
        z->based = rests;
        if (rests) d->owed = false;
        return rests;
    }
    if (z->odometer < z->base) {
        counter_went_back(d);
        return false;
    }
    const uint64_t counted = z->odometer - z->base;
    if (counted > d->flight_n) {
        counter_is_ahead(d, counted);
        return false;
    }
    if (!z->trouble) {
        driver_settle(d, counted, FATE_PRINTED);
        z->base = z->odometer;
        /* A full buffer takes nothing out of its order. */
        const bool in_order = d->cause == DRIVER_RUNNING || d->cause == DRIVER_FULL;
        z->trouble = d->flight_n > 0 && !in_order;
    }
    const bool must_end = d->phase != PHASE_RUNNING || z->trouble || d->flight_n == d->window;
    if (rests && must_end && d->flight_n > 0) judge_whole(d, z->odometer - z->base);
    return rests;
}

static void zpl_polled(struct driver *d) { (void)zpl_judge(d); }

static void zpl_clear(struct driver *d) {
    struct zpl *z = d->own;
    z->based = z->trouble = z->cancelled = false;
}

static void zpl_lost(struct driver *d) {
    struct zpl *z = d->own;
    z->quiet_reprint = z->cancelled = false;
    z->trouble = d->flight_n > 0;
}

/* The odometer before the first label in flight is all: labels have no identity. */
static void zpl_memory(const struct driver *d, struct buffer *out) {
    const struct zpl *z = d->own;
    buffer_u8(out, z->based);
    buffer_u64be(out, z->base);
}

/* What was in flight is judged as a whole, at rest: whatever disturbed us may have cut any label,
 * and the last ones may never have left. */
static bool zpl_remember(struct driver *d, struct cm_slice memory) {
    struct zpl *z = d->own;
    struct cursor c = cursor_over(memory);
    const uint8_t based = cursor_u8(&c);
    const uint64_t base = cursor_u64be(&c);
    if (cursor_end(&c) != CM_OK || based != 1) return false;
    z->based = z->trouble = true;
    z->base = z->odometer = base;
    return true;
}

static bool zpl_reads(const struct driver *d, int ask) {
    (void)d;
    return ask == ASK_LOOK;
}

const struct driver_kind kind_zpl = {
    .name = "zpl",
    .summary = "ZPL II labels: a stream; the odometer counts what came out",
    .model = DRIVER_STREAM,
    .window = 5, /* printers reference section 1.10 */
    .reply_ms = 2000,
    .own_len = sizeof(struct zpl),
    .piped = true,
    .sync = ASK_LOOK,
    .reads = zpl_reads,
    .rest_plan = rest_plan,
    .open_plan = open_plan,
    .poll_plan = poll_plan,
    .begin = zpl_begin,
    .end = zpl_end,
    .say = zpl_say,
    .unit = zpl_unit,
    .frame = zpl_frame,
    .heard = zpl_heard,
    .rested = zpl_judge,
    .polled = zpl_polled,
    .clear = zpl_clear,
    .lost = zpl_lost,
    .memory_tag = 'Z',
    .memory = zpl_memory,
    .remember = zpl_remember,
};
