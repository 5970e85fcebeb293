/* Savema SPPL Rev.12 (delivery model B: a FIFO whose depth can be read).
 * ~CMD{parameters}^, chains ~A{..}|B^ are answered one by one. SPLAMQ has no described form and is
 * refused. Uploads are agreed to and forgotten. A template whose name begins with "csv" brings
 * three rows of its own, as templates with a CSV do.
 * Source: reference section 3 and the SPPL transcripts of section 8. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "support/printers/grammars.h"

#define DEPTH       1000u /* rows of a field; ours: the real limit is not stated */
#define FIELDS      8u
#define ANSWER_CAP  512u
#define MESSAGE_CAP 10u /* characters of SPCSPM */
#define CSV_ROWS    3u
#define SEPARATOR   "~gt~" /* of data commands */

struct sppl {
    struct fifo queues[FIELDS];
    struct item row;       /* of one queue, on its way */
    struct buffer active;  /* the template */
    struct buffer message; /* after each print; empty: none */
    struct link *listener; /* who asked for it */
    bool running;
    uint64_t limit; /* SPPSLQ: prints left; UINT64_MAX: none */
};

/* A command name and what stood between its braces. */
struct request {
    struct cm_slice name, rest;
};

static struct sppl *own(struct printer *p) { return p->own; }

static void answer(struct printer *p, struct link *l, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void answer(struct printer *p, struct link *l, const char *format, ...) {
    char text[ANSWER_CAP];
    struct buffer b = BUFFER_INIT;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buffer_printf(&b, "~%sSPGRES{%s}^", printer_has_quirk(p, "spaced") ? " " : "", text);
    printer_reply(p, l, buffer_slice(&b));
    buffer_free(&b);
}

static void verdict(struct printer *p, struct link *l, const struct request *r, bool ok) {
    answer(p, l, "%.*s:%s", (int)r->name.len, (const char *)r->name.p, ok ? "OK" : "FAIL");
}

/* ---- Fields --------------------------------------------------------------------------------- */

static size_t field_n(const struct printer *p) {
    size_t n = 0;
    while (n < FIELDS && printer_field(p, n).len > 0)
        n++;
    return n;
}

/* The queue of the field that the slice names; NULL, and answered, when the label has none such. */
static struct fifo *queue_of(struct printer *p, struct link *l, const struct request *r,
                             struct cm_slice name) {
    for (size_t i = 0; i < field_n(p); i++)
        if (slice_equal(printer_field(p, i), name)) return &own(p)->queues[i];
    answer(p, l, "%.*s:%.*s not found", (int)r->name.len, (const char *)r->name.p,
           name.len > ANSWER_CAP / 2 ? 0 : (int)name.len, (const char *)name.p);
    return NULL;
}

/* Cut what stands before the mark off the front; everything when there is no mark. */
static struct cm_slice cut(struct cm_slice *s, const char *mark) {
    const uint8_t *at = s->len == 0 ? NULL : memmem(s->p, s->len, mark, strlen(mark));
    const struct cm_slice front = at == NULL ? *s : slice_of(s->p, (size_t)(at - s->p));
    const size_t eaten = at == NULL ? s->len : front.len + strlen(mark);
    *s = slice_of(s->p + eaten, s->len - eaten);
    return front;
}

static void append(struct printer *p, struct link *l, const struct request *r) {
    struct cm_slice rows = r->rest;
    const struct cm_slice name = cut(&rows, SEPARATOR);
    struct fifo *queue = queue_of(p, l, r, name);
    if (queue == NULL) return;
    size_t n = 0;
    for (struct cm_slice left = rows; left.len > 0; n++)
        (void)cut(&left, "\n");
    const bool fits = n > 0 && queue->n + n <= p->o.depth;
    while (fits && rows.len > 0) {
        struct item *row = fifo_push(queue);
        item_field(row, name, cut(&rows, "\n"));
        printer_took(p, row);
    }
    verdict(p, l, r, fits);
}

static void left(struct printer *p, struct link *l, const struct request *r) {
    const struct fifo *queue = queue_of(p, l, r, r->rest);
    if (queue == NULL) return;
    answer(p, l, "%.*s:%zu", (int)r->name.len, (const char *)r->name.p, queue->n);
}

static void left_of_many(struct printer *p, struct link *l, const struct request *r) {
    char text[ANSWER_CAP / 2] = "";
    struct cm_slice names = r->rest;
    while (names.len > 0) {
        const struct cm_slice name = cut(&names, SEPARATOR);
        const struct fifo *queue = queue_of(p, l, r, name);
        if (queue == NULL) return;
        text_append(text, sizeof text, "%s%.*s=%zu", text[0] == '\0' ? "" : "<", (int)name.len,
                    (const char *)name.p, queue->n);
    }
    answer(p, l, "%s:%s", printer_has_quirk(p, "mislabels") ? "SPLGQC" : "SPLGMQ", text);
}

static void clear_one(struct printer *p, struct link *l, const struct request *r) {
    struct fifo *queue = queue_of(p, l, r, r->rest);
    if (queue == NULL) return;
    printer_drop(p, queue, RECORD_CLEARED);
    verdict(p, l, r, true);
}

static void clear_all(struct printer *p, struct link *l, const struct request *r) {
    for (size_t i = 0; i < FIELDS; i++)
        printer_drop(p, &own(p)->queues[i], RECORD_CLEARED);
    verdict(p, l, r, true);
}

/* ---- Template, status, counters ------------------------------------------------------------- */

static void load(struct printer *p, struct link *l, const struct request *r) {
    struct sppl *s = own(p);
    const bool ok = !s->running && r->rest.len > 0;
    if (ok) {
        buffer_clear(&s->active);
        buffer_put(&s->active, r->rest.p, r->rest.len);
        p->batch = 0;
    }
    const bool csv = ok && r->rest.len > 3 && memcmp(r->rest.p, "csv", 3) == 0;
    for (unsigned i = 1; csv && i <= CSV_ROWS; i++) {
        struct item *row = fifo_push(&s->queues[0]);
        char value[] = "CSV0";
        value[3] = (char)('0' + i);
        item_field(row, printer_field(p, 0), slice_text(value)); /* nobody sent it: not taken */
    }
    verdict(p, l, r, ok);
}

static void fields(struct printer *p, struct link *l, const struct request *r) {
    char text[ANSWER_CAP / 2] = "";
    for (size_t i = 0; i < field_n(p); i++) {
        const struct cm_slice name = printer_field(p, i);
        text_append(text, sizeof text, "%s%.*s", i == 0 ? "" : "<", (int)name.len,
                    (const char *)name.p);
    }
    answer(p, l, "%.*s:%s", (int)r->name.len, (const char *)r->name.p, text);
}

static void active(struct printer *p, struct link *l, const struct request *r) {
    const struct buffer *name = &own(p)->active;
    answer(p, l, "%.*s:%.*s", (int)r->name.len, (const char *)r->name.p, (int)name->len,
           name->len == 0 ? "" : (const char *)name->p);
}

static void status(struct printer *p, struct link *l, const struct request *r) {
    const char *state = own(p)->running ? "RUNNING<" : "WAITING<";
    if (printer_is_stopped(p, STOP_PAPER_OUT)) state = "ERROR<PAPER OUT";
    if (printer_is_stopped(p, STOP_RIBBON_OUT)) state = "ERROR<RIBBON OUT";
    if (printer_is_stopped(p, STOP_HEAD_OPEN)) state = "ERROR<HEAD OPEN";
    answer(p, l, "%.*s:%s%s", (int)r->name.len, (const char *)r->name.p, state,
           printer_is_stopped(p, STOP_MENU) ? "BLOCKED" : "");
}

static void counter(struct printer *p, struct link *l, const struct request *r) {
    const bool life = slice_equal(r->name, slice_text("SPGGTP"));
    const bool wrong = !life && printer_has_quirk(p, "mislabels");
    answer(p, l, "%.*s:%" PRIu64, (int)r->name.len, wrong ? "SPGGTP" : (const char *)r->name.p,
           life ? p->total : p->batch);
}

static void run(struct printer *p, struct link *l, const struct request *r) {
    own(p)->running = slice_equal(r->name, slice_text("SPPSAP"));
    verdict(p, l, r, true);
}

static void set_limit(struct printer *p, struct link *l, const struct request *r) {
    uint64_t n = 0;
    const bool ok = text_u64(r->rest, UINT32_MAX, &n) == CM_OK;
    if (ok) own(p)->limit = n == 0 ? UINT64_MAX : n;
    verdict(p, l, r, ok);
}

static void get_limit(struct printer *p, struct link *l, const struct request *r) {
    const uint64_t n = own(p)->limit;
    answer(p, l, "%.*s:%" PRIu64, (int)r->name.len, (const char *)r->name.p,
           n == UINT64_MAX ? 0 : n);
}

/* {1>text}: the text after each print; {0>..}: none. */
static void set_message(struct printer *p, struct link *l, const struct request *r) {
    struct sppl *s = own(p);
    struct cm_slice text = r->rest;
    const struct cm_slice on = cut(&text, ">");
    const bool ok = on.len == 1 && text.len <= MESSAGE_CAP;
    if (ok) {
        buffer_clear(&s->message);
        if (on.p[0] == '1') buffer_put(&s->message, text.p, text.len);
        s->listener = l;
    }
    verdict(p, l, r, ok);
}

static void upload(struct printer *p, struct link *l, const struct request *r) {
    verdict(p, l, r, r->rest.len > 0);
}

/* ---- Requests ------------------------------------------------------------------------------- */

static void act(struct printer *p, struct link *l, const struct request *r) {
    static const struct {
        const char *name;
        void (*act)(struct printer *p, struct link *l, const struct request *r);
    } set[] = {
        {"SPPSTA", status},    {"SPLLTF", load},         {"SPLGFN", fields},
        {"SPLGAT", active},    {"SPLTDS", upload},       {"SPLAQD", append},
        {"SPLGQC", left},      {"SPLGMQ", left_of_many}, {"SPLCQD", clear_one},
        {"SPLCDB", clear_all}, {"SPCSPM", set_message},  {"SPGGTP", counter},
        {"SPGGCP", counter},   {"SPPSAP", run},          {"SPPSTP", run},
        {"SPPSLQ", set_limit}, {"SPPGLQ", get_limit},
    };
    const bool asks = slice_equal(r->name, slice_text("SPPSTA"));
    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++) {
        if (!slice_equal(r->name, slice_text(set[i].name))) continue;
        if (printer_is_stopped(p, STOP_MENU) && !asks) break;
        set[i].act(p, l, r);
        return;
    }
    verdict(p, l, r, false);
}

/* One of a chain: NAME or NAME{rest}. */
static void act_one(struct printer *p, struct link *l, struct cm_slice s) {
    struct request r = {.rest = s};
    r.name = cut(&r.rest, "{");
    if (r.rest.len > 0 && r.rest.p[r.rest.len - 1] == '}') r.rest.len--;
    act(p, l, &r);
}

/* Chains join at a bar behind a closing brace or a plain name: data may hold none. */
static void hear(struct printer *p, struct link *l) {
    for (;;) {
        const struct cm_slice rest = link_rest(l);
        const uint8_t *end = rest.len == 0 ? NULL : memchr(rest.p, '^', rest.len);
        if (end == NULL) return;
        struct cm_slice frame = slice_of(rest.p, (size_t)(end - rest.p));
        link_eat(l, frame.len + 1);
        while (frame.len > 0 && frame.p[0] != '~')
            frame = slice_of(frame.p + 1, frame.len - 1);
        if (frame.len == 0) continue;
        frame = slice_of(frame.p + 1, frame.len - 1);
        while (frame.len > 0)
            act_one(p, l, cut(&frame, "|"));
    }
}

/* ---- The body ------------------------------------------------------------------------------- */

static cm_err begin(struct printer *p, struct cm_diag *diag) {
    (void)diag;
    own(p)->limit = UINT64_MAX;
    return CM_OK;
}

static void end(struct printer *p) {
    struct sppl *s = own(p);
    for (size_t i = 0; i < FIELDS; i++)
        fifo_free(&s->queues[i]);
    item_free(&s->row);
    buffer_free(&s->active);
    buffer_free(&s->message);
}

static void power(struct printer *p, bool kept) {
    struct sppl *s = own(p);
    for (size_t i = 0; !kept && i < FIELDS; i++)
        printer_drop(p, &s->queues[i], RECORD_LOST);
    buffer_clear(&s->message);
    s->running = false;
    s->limit = UINT64_MAX;
}

/* An empty queue stops the printer by itself; so does its limit. */
static enum supply next(struct printer *p, struct item *to) {
    struct sppl *s = own(p);
    if (!s->running) return SUPPLY_STOPPED;
    bool ready = s->limit > 0;
    for (size_t i = 0; i < field_n(p); i++)
        ready = ready && s->queues[i].n > 0;
    if (!ready) {
        s->running = p->empty_repeats && s->limit > 0;
        return s->running ? SUPPLY_EMPTY : SUPPLY_STOPPED;
    }
    item_clear(to);
    for (size_t i = 0; i < field_n(p); i++) {
        fifo_pop(&s->queues[i], &s->row);
        if (i > 0) buffer_u8(&to->text, '|');
        buffer_put(&to->text, s->row.text.p, s->row.text.len);
    }
    if (s->limit != UINT64_MAX) s->limit--;
    return SUPPLY_ITEM;
}

static size_t held(const struct printer *p) { return ((const struct sppl *)p->own)->queues[0].n; }

static void done(struct printer *p) {
    struct sppl *s = own(p);
    if (s->message.len == 0 || s->listener == NULL) return;
    struct buffer b = BUFFER_INIT;
    buffer_printf(&b, "~%sSPGRES{%.*s}^", printer_has_quirk(p, "spaced") ? " " : "",
                  (int)s->message.len, (const char *)s->message.p);
    printer_say(p, s->listener, buffer_slice(&b));
    buffer_free(&b);
}

const struct grammar grammar_sppl = {
    .name = "sppl",
    .summary = "Savema SPPL Rev.12; FIFO with readable depth, stops when empty",
    .quirks = "spaced,mislabels",
    .unsolicited = "~SPGRES{OK}^",
    .prints_in_menu = true,
    .depth = DEPTH,
    .own_len = sizeof(struct sppl),
    .begin = begin,
    .end = end,
    .hear = hear,
    .next = next,
    .done = done,
    .power = power,
    .held = held,
};
