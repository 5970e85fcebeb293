/* Videojet/Linx ZTC (delivery model A with records, B with queued jobs): framing, states,
 * counts, faults and asynchronous lines. What the maker's list names and the reference does not
 * describe is answered with ERR.
 * Source: reference sections 2.1-2.5 and the ZTC transcripts of section 8. */
#include "support/printers/ztc.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "support/printers/grammars.h"

#define DEPTH             1000u /* records: SMR 1000 in practice */
#define ANSWER_CAP        512u
#define MARK_ASYNC        1u /* of a link: it asked for asynchronous lines */
#define US_PER_MS         1000u
#define NO_CARTRIDGE      "5307|0|No Cartridge|"
#define HEAD_DISCONNECTED "5308|0|Printhead Disconnected|"

static struct ztc *own(struct printer *p) { return p->own; }

/* ---- Answers -------------------------------------------------------------------------------- */

void ztc_answer(struct printer *p, struct link *l, const char *format, ...) {
    char text[ANSWER_CAP];
    va_list args;
    va_start(args, format);
    const int len = vsnprintf(text, sizeof text - 2, format, args);
    va_end(args);
    size_t end = len < 0 ? 0 : (size_t)len < sizeof text - 3 ? (size_t)len : sizeof text - 3;
    text[end++] = '\r';
    if (printer_has_quirk(p, "crlf")) text[end++] = '\n';
    printer_reply(p, l, slice_of(text, end));
}

void ztc_ack(struct printer *p, struct link *l) { ztc_answer(p, l, "ACK"); }
void ztc_err(struct printer *p, struct link *l) { ztc_answer(p, l, "ERR"); }

void ztc_announce(struct printer *p, const char *line) {
    for (unsigned i = 0; i < PRINTER_LINKS; i++) {
        struct link *l = &p->links[i];
        if ((l->marks & MARK_ASYNC) != 0) printer_say(p, l, slice_text(line));
    }
}

static int error_level(const struct printer *p) {
    return (p->stops & ~(1u << STOP_MENU)) != 0 ? 2 : 0;
}

static int status_text(struct printer *p, char *to, size_t cap) {
    const struct ztc *z = own(p);
    return snprintf(to, cap, "STS|%d|%d|%.*s|%" PRIu64 "|%" PRIu64 "|", (int)z->state,
                    error_level(p), (int)z->job.text.len,
                    z->job.text.len == 0 ? "" : (const char *)z->job.text.p, p->batch, p->total);
}

static void announce_status(struct printer *p) {
    char text[ANSWER_CAP];
    const int len = status_text(p, text, sizeof text - 1);
    if (len < 0 || (size_t)len >= sizeof text - 1) return;
    text[len] = '\r';
    text[len + 1] = '\0';
    ztc_announce(p, text);
}

/* ---- States --------------------------------------------------------------------------------- */

static void boot(struct printer *p) {
    own(p)->state = ZTC_STARTING;
    own(p)->booted_us = p->now_us + p->o.boot_ms * US_PER_MS;
}

static void come_up(struct printer *p) {
    struct ztc *z = own(p);
    if (z->state == ZTC_STARTING && p->now_us >= z->booted_us) z->state = ZTC_OFFLINE;
}

static void set_state(struct printer *p, struct link *l, const struct ztc_request *r) {
    struct ztc *z = own(p);
    uint64_t wanted = 0;
    const bool number = r->n == 1 && text_u64(r->at[0], ZTC_OFFLINE, &wanted) == CM_OK;
    const enum ztc_state to = (enum ztc_state)wanted;
    const bool legal = (z->state == ZTC_DOWN && to == ZTC_STARTING) ||
                       (z->state == ZTC_OFFLINE && (to == ZTC_RUNNING || to == ZTC_SHUTTING)) ||
                       (z->state == ZTC_RUNNING && (to == ZTC_OFFLINE || to == ZTC_SHUTTING)) ||
                       (z->state == ZTC_SHUTTING && to == ZTC_DOWN) ||
                       (z->state == to && to == ZTC_OFFLINE);
    if (!number || !legal) {
        ztc_err(p, l);
        return;
    }
    z->state = to;
    if (to == ZTC_STARTING) boot(p);
    come_up(p);
    ztc_ack(p, l);
    announce_status(p);
}

static void get_state(struct printer *p, struct link *l, const struct ztc_request *r) {
    (void)r;
    char text[ANSWER_CAP];
    if (status_text(p, text, sizeof text) < 0) return;
    ztc_answer(p, l, "%s", text);
}

static void faults(struct printer *p, struct link *l, const struct ztc_request *r) {
    (void)r;
    const bool cartridge =
        printer_is_stopped(p, STOP_PAPER_OUT) || printer_is_stopped(p, STOP_RIBBON_OUT);
    const bool head = printer_is_stopped(p, STOP_HEAD_OPEN);
    ztc_answer(p, l, "FLT|%d|%s%s", cartridge + head, head ? HEAD_DISCONNECTED : "",
               cartridge ? NO_CARTRIDGE : "");
}

static void warnings(struct printer *p, struct link *l, const struct ztc_request *r) {
    (void)r;
    ztc_answer(p, l, "WRN|0|");
}

static void counts(struct printer *p, struct link *l, const struct ztc_request *r) {
    (void)r;
    const struct ztc *z = own(p);
    ztc_answer(p, l, "PCS|%" PRIu64 "|%" PRIu64 "|%" PRIu64 "|%zu|", p->batch, z->failed, p->missed,
               z->records.n + z->waiting.n);
}

static void version(struct printer *p, struct link *l, const struct ztc_request *r) {
    (void)r;
    ztc_answer(p, l, "VER|1.28|0|");
}

static void agree(struct printer *p, struct link *l, const struct ztc_request *r) {
    (void)r;
    ztc_ack(p, l);
}

/* ---- Settings -------------------------------------------------------------------------------- */

static void asynchronous(struct printer *p, struct link *l, const struct ztc_request *r) {
    struct ztc *z = own(p);
    if (slice_equal(r->name, slice_text("GAN"))) {
        ztc_answer(p, l, "GAN|%" PRIu64 "|", z->map);
        return;
    }
    const bool map = slice_equal(r->name, slice_text("SAN"));
    if (map && (r->n != 1 || text_u64(r->at[0], UINT32_MAX, &z->map) != CM_OK)) {
        ztc_err(p, l);
        return;
    }
    const bool on = map ? z->map != 0 : r->name.p[0] == 'E';
    l->marks = on ? MARK_ASYNC : 0;
    ztc_ack(p, l);
}

/* ---- Requests ------------------------------------------------------------------------------- */

static void act(struct printer *p, struct link *l, const struct ztc_request *r) {
    static const struct {
        const char *name;
        void (*act)(struct printer *p, struct link *l, const struct ztc_request *r);
    } set[] = {
        {"GST", get_state},    {"SST", set_state},    {"GFT", faults},       {"GWN", warnings},
        {"GPC", counts},       {"VER", version},      {"CAF", agree},        {"CAW", agree},
        {"CEM", agree},        {"SNO", agree},        {"DPN", agree},        {"EAN", asynchronous},
        {"DAN", asynchronous}, {"SAN", asynchronous}, {"GAN", asynchronous},
    };
    if (ztc_serial(p, l, r) || ztc_jobs(p, l, r)) return;
    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++) {
        if (!slice_equal(r->name, slice_text(set[i].name))) continue;
        set[i].act(p, l, r);
        return;
    }
    ztc_err(p, l);
}

/* CMD|p1|p2| : every list ends with its bar. */
static bool split(struct cm_slice line, struct ztc_request *r) {
    size_t len = 0;
    while (len < line.len && line.p[len] != '|')
        len++;
    *r = (struct ztc_request){.name = slice_of(line.p, len)};
    if (len == line.len) return true; /* a command without a list */
    line = slice_of(line.p + len + 1, line.len - len - 1);
    while (line.len > 0 && r->n < ZTC_PARAMETERS) {
        const uint8_t *bar = memchr(line.p, '|', line.len);
        if (bar == NULL) return false;
        len = (size_t)(bar - line.p);
        r->at[r->n++] = slice_of(line.p, len);
        line = slice_of(bar + 1, line.len - len - 1);
    }
    return line.len == 0;
}

static void hear(struct printer *p, struct link *l) {
    come_up(p);
    for (;;) {
        const struct cm_slice rest = link_rest(l);
        const uint8_t *end = rest.len == 0 ? NULL : memchr(rest.p, '\r', rest.len);
        if (end == NULL) return;
        struct cm_slice line = slice_of(rest.p, (size_t)(end - rest.p));
        link_eat(l, line.len + 1);
        if (line.len > 0 && line.p[0] == '\n') line = slice_of(line.p + 1, line.len - 1);
        struct ztc_request r;
        if (line.len == 0) continue; /* a lone CR flushes half a command and is not answered */
        if (!split(line, &r) || printer_is_stopped(p, STOP_MENU))
            ztc_err(p, l);
        else
            act(p, l, &r);
    }
}

/* ---- The body ------------------------------------------------------------------------------- */

static cm_err begin(struct printer *p, struct cm_diag *diag) {
    (void)diag;
    own(p)->state = ZTC_OFFLINE;
    own(p)->most = p->o.depth;
    return CM_OK;
}

static void end(struct printer *p) {
    struct ztc *z = own(p);
    item_free(&z->job);
    item_free(&z->line);
    fifo_free(&z->waiting);
    fifo_free(&z->records);
    buffer_free(&z->header);
}

static void power(struct printer *p, bool kept) {
    struct ztc *z = own(p);
    if (!kept) {
        printer_drop(p, &z->records, RECORD_LOST);
        printer_drop(p, &z->waiting, RECORD_LOST);
        buffer_clear(&z->header);
        z->serial = false;
        z->last_given = z->last_printed = 0;
        ztc_renew_line(p, NULL, 0, RECORD_LOST);
    }
    z->one_shot = false;
    boot(p);
}

static enum supply next(struct printer *p, struct item *to) {
    struct ztc *z = own(p);
    come_up(p);
    if (z->state != ZTC_RUNNING) return SUPPLY_STOPPED;
    if (z->one_shot) {
        item_copy(to, &z->line);
        z->line_waits = false;
        return SUPPLY_ITEM;
    }
    struct fifo *f = z->serial ? &z->records : &z->waiting;
    if (f->n == 0) return SUPPLY_EMPTY;
    fifo_pop(f, to);
    return SUPPLY_ITEM;
}

static size_t held(const struct printer *p) {
    const struct ztc *z = p->own;
    return z->records.n + z->waiting.n + z->line_waits;
}

static void starts(struct printer *p) { ztc_announce(p, "PRS\r"); }

static void done(struct printer *p) {
    struct ztc *z = own(p);
    if (p->current.index != 0) z->last_printed = p->current.index;
    ztc_announce(p, "PRC\r");
    if (!z->one_shot) return;
    z->one_shot = false;
    ztc_ack(p, z->shooter);
}

static void stops(struct printer *p) { announce_status(p); }

const struct grammar grammar_ztc = {
    .name = "ztc",
    .summary = "Videojet/Linx ZTC with the serialization set; indexed buffer",
    .quirks = "crlf",
    .unsolicited = "PRC\\r",
    .depth = DEPTH,
    .own_len = sizeof(struct ztc),
    .begin = begin,
    .end = end,
    .hear = hear,
    .next = next,
    .starts = starts,
    .done = done,
    .stops = stops,
    .power = power,
    .held = held,
};
