/* Acts answered from a lend. References as in supply_lend.h. */
#include "line/supply_lend.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "doc/json_write.h"
#include "line/lend_claim.h"
#include "line/lines.h"

#define ARGS_MAX    4194304u /* bytes of a report of ours */
#define MEMBERS_MAX 64u      /* of a run document */

struct supply_lend {
    struct supply base;
    const struct lend *lend;
    struct lend_book *book;
    struct clock_source clock;
    struct lines *host;
    char *printer; /* owned; NULL: the lend's own */
    const char *wish, *why;
};

static const struct json_limits limits = {.text_max = ARGS_MAX, .depth_max = 16};

static struct supply_lend *lend_of(struct supply *s) { return (struct supply_lend *)(void *)s; }

/* ---- The run, as a vault would push it --------------------------------------------------------
 */

static void put_stage(struct json_writer *w, const char *key, const struct lend_book *b,
                      enum cm_stage stage) {
    json_array_begin(w, key);
    for (size_t i = 0; i < b->spans.n; i++) {
        const struct span *s = &b->spans.p[i];
        if (s->stage != (uint8_t)stage) continue;
        json_array_begin(w, NULL);
        json_put_u64(w, NULL, s->set);
        json_put_u64(w, NULL, s->first);
        json_put_u64(w, NULL, s->count);
        json_array_end(w);
    }
    json_array_end(w);
}

/* Members of the document that are ours to say. */
static bool is_ours(const char *key) {
    static const char *const ours[] = {"wish", "why", "printer", "number", "reserved", "sent"};
    for (size_t i = 0; i < CM_ARRAY_N(ours); i++)
        if (strcmp(key, ours[i]) == 0) return true;
    return false;
}

static cm_err put_document(const struct supply_lend *s, struct json_value doc,
                           struct json_writer *w) {
    const char *key = NULL;
    for (size_t i = 0; i < MEMBERS_MAX && json_present(json_member(doc, i, &key)); i++) {
        CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
        if (is_ours(key)) continue;
        TRY(json_copy_value(json_get(doc, key), &text));
        json_put_raw(w, key, buffer_slice(&text));
    }
    struct cm_slice printer;
    TRY(json_text(json_get(doc, "printer"), 1, RUN_PRINTER_CAP, &printer));
    json_put_text(w, "printer", s->printer != NULL ? slice_text(s->printer) : printer);
    json_put_u64(w, "number", s->lend->number);
    json_put_cstr(w, "wish", s->wish);
    json_put_cstr(w, "why", s->why);
    put_stage(w, "reserved", s->book, CM_STAGE_RESERVED);
    put_stage(w, "sent", s->book, CM_STAGE_SENT);
    return CM_OK;
}

/* A run journal of another lend in the same folder must not be taken for this one's. */
static cm_err put_identity(const struct supply_lend *s, struct json_writer *w) {
    char id[LEND_ID_CAP];
    TRY(lend_id(s->lend, id));
    json_put_cstr(w, "workspace", id);
    return CM_OK;
}

static cm_err put_runs(const struct supply_lend *s, struct buffer *out, struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct json_writer w = json_writer_into(out, false);
    TRY(json_doc_new(&doc, buffer_slice(&s->lend->run), "lend", &limits, diag));
    json_object_begin(&w, NULL);
    TRY(put_identity(s, &w));
    json_array_begin(&w, "runs");
    json_object_begin(&w, NULL);
    TRY(put_document(s, json_root(doc), &w));
    json_object_end(&w);
    json_array_end(&w);
    json_object_end(&w);
    return buffer_err(out);
}

static void tell(struct supply_lend *s) {
    CM_CLEANUP(buffer_free) struct buffer runs = BUFFER_INIT;
    if (s->host != NULL && put_runs(s, &runs, NULL) == CM_OK)
        lines_runs(s->host, buffer_slice(&runs));
}

static void join(struct supply *base, struct lines *host) {
    struct supply_lend *s = lend_of(base);
    s->host = host;
    tell(s);
}

/* ---- Acts -------------------------------------------------------------------------------------
 */

static void put_units(const struct supply_lend *s, const struct lend_chunk *c, uint64_t first,
                      uint64_t count, struct buffer *out) {
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    json_put_u64(&w, "run", s->lend->number);
    json_put_u64(&w, "set", c->set);
    json_put_raw(&w, "batch", buffer_slice(&c->words));
    json_put_u64(&w, "first", first);
    json_put_u64(&w, "count", count);
    json_array_begin(&w, "codes");
    for (uint64_t i = 0; i < count; i++) {
        const struct cm_slice text = lend_text(c, first + i);
        if (text.len == 0)
            json_put_null(&w, NULL);
        else
            json_put_text(&w, NULL, text);
    }
    json_array_end(&w);
    json_put_u64(&w, "until_ms", s->lend->until_ms);
    json_object_end(&w);
}

static void put_end(const struct supply_lend *s, const char *why, struct buffer *out) {
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    json_put_u64(&w, "run", s->lend->number);
    json_put_cstr(&w, "end", why);
    json_put_u64(&w, "count", 0);
    json_array_begin(&w, "codes");
    json_array_end(&w);
    json_object_end(&w);
}

static cm_err more(struct supply_lend *s, struct json_value args, struct buffer *out,
                   struct cm_diag *diag) {
    const struct lend_chunk *c = NULL;
    const uint64_t now_ms = clock_now_ms(s->clock);
    uint64_t units = 0, first = 0, count = 0;
    TRY(json_u64(json_get(args, "units"), 1, RUN_TAKE_MAX, &units));
    if (now_ms >= s->lend->until_ms) {
        put_end(s, "the time of the lend is over", out);
        return buffer_err(out);
    }
    TRY(lend_book_take(s->book, units, now_ms, &c, &first, &count, diag));
    if (c == NULL)
        put_end(s, "the lend is used up", out);
    else
        put_units(s, c, first, count, out);
    return buffer_err(out);
}

static cm_err again(struct supply_lend *s, struct json_value args, struct buffer *out) {
    uint64_t set = 0, first = 0, count = 0;
    TRY(json_u64(json_get(args, "set"), 1, UINT32_MAX, &set));
    TRY(json_u64(json_get(args, "first"), 0, INT64_MAX, &first));
    TRY(json_u64(json_get(args, "count"), 1, RUN_TAKE_MAX, &count));
    const struct lend_chunk *c = lend_find(s->lend, (uint32_t)set, first);
    if (c == NULL) return CM_E_NOT_FOUND;
    const uint64_t left = c->first + c->count - first;
    put_units(s, c, first, count < left ? count : left, out);
    return buffer_err(out);
}

static cm_err report(struct supply_lend *s, struct json_value args, struct buffer *out,
                     struct cm_diag *diag) {
    const struct json_value runs = json_get(args, "runs");
    size_t n = 0;
    TRY(json_items(runs, 0, 1, &n));
    if (n == 1) TRY(lend_book_report(s->book, json_at(runs, 0), clock_now_ms(s->clock), diag));
    buffer_text(out, "{}");
    return buffer_err(out);
}

static cm_err run_act(struct supply_lend *s, const char *act, struct cm_slice args,
                      struct buffer *out, struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, args, act, &limits, diag));
    if (strcmp(act, "line.take") == 0) return more(s, json_root(doc), out, diag);
    if (strcmp(act, "line.again") == 0) return again(s, json_root(doc), out);
    if (strcmp(act, "line.report") == 0) return report(s, json_root(doc), out, diag);
    return CM_E_UNSUPPORTED;
}

static cm_err ask(struct supply *base, const char *act, struct cm_slice args, uint32_t token) {
    struct supply_lend *s = lend_of(base);
    CM_CLEANUP(buffer_wipe) struct buffer result = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = run_act(s, act, args, &result, &diag);
    lines_answer(s->host, token, err, err == CM_OK ? buffer_slice(&result) : slice_of(NULL, 0),
                 &diag);
    return CM_OK;
}

static void lend_free(struct supply_lend *s) {
    if (s == NULL) return;
    free(s->printer);
    free(s);
}
static void lend_freep(struct supply_lend **s) { lend_free(*s); }

static void shut(struct supply *base) { lend_free(lend_of(base)); }

static const struct supply_ops lend_ops = {.join = join, .ask = ask, .close = shut};

cm_err supply_lend_new(const struct lend *lend, struct lend_book *book, struct clock_source clock,
                       const char *printer, struct supply **out, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer runs = BUFFER_INIT;
    CM_CLEANUP(lend_freep) struct supply_lend *s = calloc(1, sizeof *s);
    if (s == NULL) return CM_E_NO_MEMORY;
    s->base.ops = &lend_ops;
    s->lend = lend;
    s->book = book;
    s->clock = clock;
    s->wish = "run";
    s->why = "";
    if (printer != NULL) s->printer = strdup(printer);
    if (printer != NULL && s->printer == NULL) return CM_E_NO_MEMORY;
    TRY(put_runs(s, &runs, diag)); /* what cannot be said later shows now */
    *out = &take(&s)->base;
    return CM_OK;
}

void supply_lend_stop(struct supply *base, const char *why) {
    struct supply_lend *s = lend_of(base);
    s->wish = "stop";
    s->why = why;
    tell(s);
}
