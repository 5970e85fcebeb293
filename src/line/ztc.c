/* Videojet/Linx ZTC with the serialization set: a buffer of records under our own numbers. The
 * printer names the last one that it printed (SLR) and how many are left (SRC); GPC tells whether
 * products passed unprinted. A record is believed printed when number and counts agree
 * (printers reference sections 2.1 to 2.6).
 *
 * One request at a time; PRS, PRC and the like come between request and answer. What an empty
 * buffer does is not known: it may print its last record again, so it is halted when it runs empty
 * and started when there is something to print. After a lost link its records are kept where
 * numbers and counts prove that it holds them still and prints on (ztc_judge.c); else it is halted,
 * read and cleared. */
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/reply.h"
#include "line/ztc.h"

#define FORBIDDEN "|\r\n"

static const int rest_plan[] = {ASK_FLUSH,  ASK_QUIET,         ASK_STATE, ASK_FAULTS,
                                ASK_HALT,   ASK_PRINTED,       ASK_LEFT,  ASK_NEXT,
                                ASK_COUNTS, ASK_PRINTED_AGAIN, ASK_NONE};
static const int peek_plan[] = {ASK_FLUSH, ASK_QUIET, ASK_STATE,  ASK_FAULTS,        ASK_PRINTED,
                                ASK_LEFT,  ASK_NEXT,  ASK_COUNTS, ASK_PRINTED_AGAIN, ASK_NONE};
const int ztc_clear_plan[] = {ASK_CLEAR, ASK_NONE};
static const int open_plan[] = {ASK_SELECT, ASK_CLEAR, ASK_HEADER, ASK_NONE};
static const int poll_plan[] = {ASK_STATE,  ASK_FAULTS,        ASK_PRINTED, ASK_LEFT,
                                ASK_COUNTS, ASK_PRINTED_AGAIN, ASK_NONE};
const int ztc_run_plan[] = {ASK_RUN, ASK_NONE};
const int ztc_halt_plan[] = {ASK_HALT, ASK_NONE};

/* The words of each question and how its answer begins; ACK and ERR answer the rest. */
static const struct {
    const char *words, *answer;
} asks[ASK_LAST] = {
    [ASK_FLUSH] = {"\r", ""},
    [ASK_QUIET] = {"DAN\r", ""},
    [ASK_STATE] = {"GST\r", "STS|"},
    [ASK_FAULTS] = {"GFT\r", "FLT|"},
    [ASK_HALT] = {"SST|4|\r", ""},
    [ASK_CLEAR] = {"SCB\r", ""},
    [ASK_RUN] = {"SST|3|\r", ""},
    [ASK_PRINTED] = {"SLR\r", "SLR|"},
    [ASK_PRINTED_AGAIN] = {"SLR\r", "SLR|"},
    [ASK_LEFT] = {"SRC\r", "SRC|"},
    [ASK_NEXT] = {"SNI\r", "SNI|"},
    [ASK_COUNTS] = {"GPC\r", "PCS|"},
};

#define STATE_RUNNING 3u
#define STATE_OFFLINE 4u

static cm_err check_name(const char *name, size_t cap, struct cm_diag *diag) {
    if (slice_text(name).len >= cap)
        return diag_fail(diag, CM_E_RANGE, "template", NULL, "shorten it", "a name is too long");
    if (strpbrk(name, FORBIDDEN "=") != NULL)
        return diag_fail(diag, CM_E_FORMAT, "template", NULL, "use letters and digits",
                         "a name has a character that ZTC cannot say");
    return CM_OK;
}

static cm_err ztc_begin(struct driver *d, const struct driver_options *o, struct cm_diag *diag) {
    struct ztc *z = d->own;
    z->next = 1;
    if (o->template_name != NULL) {
        TRY(check_name(o->template_name, MESSAGE_MAX, diag));
        text_append(z->message, sizeof z->message, "%s", o->template_name);
    }
    text_append(z->header, sizeof z->header, "SHO|");
    for (size_t i = 0; i < d->fields_n; i++) {
        TRY(check_name(o->fields[i], HEADER_CAP / DRIVER_FIELDS - 2, diag));
        text_append(z->header, sizeof z->header, "%s|", o->fields[i]);
    }
    text_append(z->header, sizeof z->header, "\r");
    return CM_OK;
}

static bool ztc_say(struct driver *d, int ask) {
    const struct ztc *z = d->own;
    if (ask == ASK_SELECT) {
        if (z->message[0] == '\0') return false;
        driver_say(d, "SEL|");
        driver_say(d, z->message);
        driver_say(d, "|\r");
        return true;
    }
    if (ask == ASK_HALT && z->offline) return false; /* ERR where it is already */
    driver_say(d, ask == ASK_HEADER ? z->header : asks[ask].words);
    return ask != ASK_FLUSH;
}

static cm_err ztc_unit(struct driver *d, const struct unit *u, struct cm_diag *diag) {
    struct ztc *z = d->own;
    char number[DECIMAL_CAP];
    const size_t digits = decimal_format(z->next, number);
    driver_say(d, "SID|");
    driver_put(d, slice_of(number, digits));
    driver_say(d, "|");
    for (size_t i = 0; i < d->fields_n; i++) {
        const struct cm_slice text = u->texts[i];
        for (size_t k = 0; k < text.len; k++)
            if (text.p[k] < ' ' || text.p[k] == '|')
                return diag_fail(diag, CM_E_FORMAT, "unit", NULL, "choose another text",
                                 "byte %02X cannot be said in ZTC", text.p[k]);
        driver_put(d, text);
        driver_say(d, "|");
    }
    driver_say(d, "\r");
    d->number = z->next++;
    return CM_OK;
}

/* Frames end with CR; LF is some firmware's. */
static size_t ztc_frame(const struct driver *d, struct cm_slice rest) {
    (void)d;
    const uint8_t *end = memchr(rest.p, '\r', rest.len);
    return end == NULL ? 0 : (size_t)(end - rest.p) + 1;
}

static void hear_faults(struct driver *d, struct cm_slice values) {
    char shown[REPORT_WORDS_CAP] = "";
    const uint64_t n = reply_u64(reply_part(values, '|', 1), 0);
    const struct cm_slice text = reply_part(values, '|', 4);
    if (n > 0)
        text_append(shown, sizeof shown, "%.*s", (int)(text.len < 60 ? text.len : 60),
                    (const char *)text.p);
    driver_block(d, n > 0 ? DRIVER_FAULT : DRIVER_RUNNING, shown);
    driver_answered(d);
}

static void hear_values(struct driver *d, struct cm_slice values) {
    struct ztc *z = d->own;
    const uint64_t one = reply_u64(reply_part(values, '|', 1), 0);
    switch (d->asking) {
    case ASK_STATE:
        z->running = one == STATE_RUNNING;
        z->offline = one == STATE_OFFLINE;
        z->ran |= z->running;
        break;
    case ASK_FAULTS: hear_faults(d, values); return;
    case ASK_PRINTED: z->first = one; break;
    case ASK_PRINTED_AGAIN: z->last = one; break;
    case ASK_LEFT: z->left = one; break;
    case ASK_NEXT: z->prints_next = one; break;
    default: z->counts = true; z->good = one;
    }
    driver_answered(d);
}

static void hear_unit(struct driver *d, bool yes) {
    if (yes) {
        driver_took(d);
        return;
    }
    driver_refused(d, "the printer refused a record");
    d->poll_due_us = d->now_us;
}

/* ACK or ERR. */
static void hear_verdict(struct driver *d, bool yes) {
    struct ztc *z = d->own;
    /* A late yes is the unit's: GST never answers ACK. A late no may be its own. */
    const bool late = d->doubt && !d->relinked && yes && d->asking == ASK_STATE;
    if (d->asking == ASK_UNIT || late) {
        hear_unit(d, yes);
        return;
    }
    if (d->asking == ASK_COUNTS && !yes) { /* an older printer */
        z->counts = false;
        driver_answered(d);
        return;
    }
    const bool has_values = asks[d->asking].answer != NULL && asks[d->asking].answer[0] != '\0';
    if (has_values && yes) return;
    if (!yes) {
        driver_denied(d);
        return;
    }
    if (d->asking == ASK_RUN || d->asking == ASK_HALT) {
        z->running = d->asking == ASK_RUN;
        z->offline = !z->running;
    }
    driver_answered(d);
}

static void ztc_heard(struct driver *d, struct cm_slice frame) {
    while (frame.len > 0 && frame.p[0] == '\n')
        frame = slice_of(frame.p + 1, frame.len - 1);
    const struct cm_slice line = slice_of(frame.p, frame.len == 0 ? 0 : frame.len - 1);
    if (d->asking == ASK_NONE) return;
    if (slice_equal(line, slice_text("ACK"))) {
        hear_verdict(d, true);
    } else if (slice_equal(line, slice_text("ERR"))) {
        hear_verdict(d, false);
    } else if (d->asking >= ASK_OWN && asks[d->asking].answer != NULL &&
               asks[d->asking].answer[0] != '\0' && reply_begins(line, asks[d->asking].answer)) {
        hear_values(d, line);
    }
}

const struct driver_kind kind_ztc = {
    .name = "ztc",
    .summary = "Videojet/Linx ZTC: records under our numbers; the last printed one is named",
    .model = DRIVER_INDEXED,
    .window = 100, /* 50 to 150 in the field, printers reference section 2.6 */
    .reply_ms = 5000,
    .own_len = sizeof(struct ztc),
    .sync = ASK_STATE,
    .rest_plan = rest_plan,
    .open_plan = open_plan,
    .poll_plan = poll_plan,
    .begin = ztc_begin,
    .say = ztc_say,
    .unit = ztc_unit,
    .frame = ztc_frame,
    .heard = ztc_heard,
    .rested = ztc_rested,
    .polled = ztc_polled,
    .lost = ztc_lost,
    .peek_plan = peek_plan,
    .peeked = ztc_peeked,
    .memory_tag = 'I',
    .memory = ztc_memory,
    .remember = ztc_remember,
};
