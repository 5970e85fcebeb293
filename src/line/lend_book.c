/* The book's moves and its file. References as in lend_book.h. */
#include "line/lend_book.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"

#define BOOK_MODE 0600
#define SPANS_MAX 200000u /* of one list */

static const struct json_limits limits = {.text_max = 2 * LEND_REPORT_MAX, .depth_max = 8};

void lend_book_wipe(struct lend_book *b) {
    spans_wipe(&b->spans);
    buffer_free(&b->down);
    buffer_free(&b->report);
    if (b->locked) (void)close(b->lock_fd);
    *b = (struct lend_book){.lend = NULL};
}

/* ---- Spans as JSON ----------------------------------------------------------------------------
 */

static cm_err read_stage(struct json_value item, struct span *s) {
    struct cm_slice stage, cause;
    TRY(json_text(json_at(item, 3), 1, 32, &stage));
    TRY(json_text(json_at(item, 4), 1, 32, &cause));
    unsigned i = 0;
    while (i < CM_STAGE_N && !slice_equal(slice_text(cm_stage_name((enum cm_stage)i)), stage))
        i++;
    unsigned j = 0;
    while (j < CM_CAUSE_N && !slice_equal(slice_text(cm_cause_name((enum cm_cause)j)), cause))
        j++;
    if (i == CM_STAGE_N || j == CM_CAUSE_N)
        return json_fail(item, CM_E_FORMAT, NULL, "no such stage or cause");
    s->stage = (uint8_t)i;
    s->cause = (uint8_t)j;
    return CM_OK;
}

static cm_err read_span(struct json_value item, struct span *s) {
    uint64_t set = 0;
    size_t n = 0;
    TRY(json_items(item, 5, 5, &n));
    TRY(json_u64(json_at(item, 0), 1, UINT32_MAX, &set));
    TRY(json_u64(json_at(item, 1), 0, INT64_MAX / 2, &s->first));
    TRY(json_u64(json_at(item, 2), 1, INT64_MAX / 2, &s->count));
    s->set = (uint32_t)set;
    return read_stage(item, s);
}

/* Every serial of it is there, and may go where it goes. */
static bool may_move(const struct spans *spans, const struct span *to) {
    uint64_t at = to->first;
    const uint64_t end = to->first + to->count;
    for (size_t i = spans_from(spans, to->set, at); at < end; i++) {
        if (i >= spans->n || spans->p[i].set != to->set || spans->p[i].first > at) return false;
        if (!cm_stage_may((enum cm_stage)spans->p[i].stage, (enum cm_stage)to->stage)) return false;
        at = spans->p[i].first + spans->p[i].count;
    }
    return true;
}

cm_err spans_read(struct json_value list, bool judge, struct spans *spans) {
    size_t n = 0;
    TRY(json_items(list, 0, SPANS_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        struct span s = {.set = 0};
        TRY(read_span(json_at(list, i), &s));
        if (judge && !may_move(spans, &s))
            return json_fail(json_at(list, i), CM_E_CONFLICT, NULL,
                             "units that are not there, or that may not go there");
        TRY(spans_put(spans, &s));
    }
    return CM_OK;
}

void spans_write(struct json_writer *w, const char *key, const struct spans *spans) {
    json_array_begin(w, key);
    for (size_t i = 0; i < spans->n; i++) {
        const struct span *s = &spans->p[i];
        json_array_begin(w, NULL);
        json_put_u64(w, NULL, s->set);
        json_put_u64(w, NULL, s->first);
        json_put_u64(w, NULL, s->count);
        json_put_cstr(w, NULL, cm_stage_name((enum cm_stage)s->stage));
        json_put_cstr(w, NULL, cm_cause_name((enum cm_cause)s->cause));
        json_array_end(w);
    }
    json_array_end(w);
}

/* ---- The file ---------------------------------------------------------------------------------
 */

static void put_report(const struct lend_book *b, uint64_t now_ms, struct buffer *out) {
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "format", LEND_REPORT_FORMAT);
    json_put_u64(&w, "number", b->lend->number);
    json_put_u64(&w, "sequence", b->sequence + 1);
    json_put_u64(&w, "at_ms", now_ms);
    spans_write(&w, "spans", &b->spans);
    json_put_u64(&w, "duplicates", b->duplicates);
    json_put_cstr(&w, "state", b->state);
    json_put_cstr(&w, "words", b->words);
    json_put_raw(&w, "down", b->down.len > 0 ? buffer_slice(&b->down) : slice_text("{}"));
    json_put_bool(&w, "done", b->done);
    json_object_end(&w);
}

static cm_err book_write(struct lend_book *b, uint64_t now_ms, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT, whole = BUFFER_INIT;
    uint8_t mac[REPORT_MAC_LEN];
    char hex[2 * REPORT_MAC_LEN + 1];
    put_report(b, now_ms, &text);
    TRY(buffer_err(&text));
    TRY(report_mac(&b->lend->report_key, buffer_slice(&text), mac));
    hex_format(mac, sizeof mac, hex);
    struct json_writer w = json_writer_into(&whole, false);
    json_object_begin(&w, NULL);
    json_put_text(&w, "report", buffer_slice(&text));
    json_put_cstr(&w, "mac", hex);
    json_object_end(&w);
    TRY(buffer_err(&whole));
    TRY(file_replace(b->path, buffer_slice(&whole), BOOK_MODE, diag));
    b->sequence++;
    const struct buffer old = b->report;
    b->report = whole;
    whole = old;
    return CM_OK;
}

static cm_err strange(const struct lend_book *b, struct cm_diag *diag) {
    return diag_fail(diag, CM_E_AUTH, b->path, NULL,
                     "use the folder of this lend, or ask for a new lend",
                     "it is the book of another lend, or was changed");
}

static cm_err read_report(struct lend_book *b, struct cm_slice text, struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct cm_slice format;
    uint64_t number = 0;
    TRY(json_doc_new(&doc, text, b->path, &limits, diag));
    const struct json_value v = json_root(doc);
    TRY(json_text(json_get(v, "format"), 1, 64, &format));
    TRY(json_u64(json_get(v, "number"), 1, UINT32_MAX, &number));
    if (!slice_equal(format, slice_text(LEND_REPORT_FORMAT)) || number != b->lend->number)
        return strange(b, diag);
    TRY(json_u64(json_get(v, "sequence"), 0, INT64_MAX, &b->sequence));
    TRY(json_u64(json_get(v, "duplicates"), 0, INT64_MAX, &b->duplicates));
    TRY(json_copy_value(json_get(v, "down"), &b->down));
    return spans_read(json_get(v, "spans"), false, &b->spans);
}

static cm_err book_read(struct lend_book *b, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer whole = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct cm_slice text, hex;
    uint8_t mac[REPORT_MAC_LEN], ours[REPORT_MAC_LEN];
    TRY(file_read(b->path, 2 * LEND_REPORT_MAX, &whole, diag));
    TRY(json_doc_new(&doc, buffer_slice(&whole), b->path, &limits, diag));
    TRY(json_text(json_get(json_root(doc), "report"), 1, LEND_REPORT_MAX, &text));
    TRY(json_text(json_get(json_root(doc), "mac"), sizeof mac * 2, sizeof mac * 2, &hex));
    TRY(report_mac(&b->lend->report_key, text, ours));
    if (hex_parse(hex, mac, sizeof mac) != CM_OK || memcmp(mac, ours, sizeof mac) != 0)
        return strange(b, diag);
    return read_report(b, text, diag);
}

cm_err lend_book_path(const struct lend *lend, const char *folder,
                      char out[static LEND_BOOK_PATH_CAP], struct cm_diag *diag) {
    const int n =
        snprintf(out, LEND_BOOK_PATH_CAP, "%s/lend-%u.report", folder, (unsigned)lend->number);
    if (n >= 0 && (size_t)n < LEND_BOOK_PATH_CAP) return CM_OK;
    return diag_fail(diag, CM_E_RANGE, folder, NULL, "use a shorter path", "too long");
}

/* Before it is read: an agent that is just ending may have taken more than it says. The book itself
 * is replaced with each change, so that another file has the lock. */
static cm_err take_lock(struct lend_book *b, struct cm_diag *diag) {
    char path[LEND_BOOK_PATH_CAP + 8];
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    (void)snprintf(path, sizeof path, "%s.lock", b->path);
    b->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, BOOK_MODE);
    if (b->lock_fd < 0)
        return diag_fail(diag, file_err_from_errno(errno), path, NULL,
                         "let the agent write in its folder", "%s", file_errno_text(errno));
    b->locked = true;
    if (fcntl(b->lock_fd, F_OFD_SETLK, &whole) == 0) return CM_OK;
    return diag_fail(diag, errno == EAGAIN || errno == EACCES ? CM_E_BUSY : CM_E_IO, b->path, NULL,
                     "let that one go on, or stop it", "another agent prints this lend");
}

cm_err lend_book_open(struct lend_book *out, const struct lend *lend, const char *folder,
                      uint64_t now_ms, struct cm_diag *diag) {
    *out = (struct lend_book){.lend = lend};
    TRY(lend_book_path(lend, folder, out->path, diag));
    cm_err err = take_lock(out, diag);
    if (err == CM_OK) err = book_read(out, diag);
    if (err == CM_E_NOT_FOUND) err = CM_OK;
    if (err == CM_OK) err = book_write(out, now_ms, diag); /* a folder without rights shows now */
    if (err != CM_OK) lend_book_wipe(out);
    return err;
}

/* ---- Taking and reporting ---------------------------------------------------------------------
 */

/* Chunks are taken in order and from their beginnings: the first serial of one that was not. */
static uint64_t untaken(const struct lend_book *b, const struct lend_chunk *c) {
    uint64_t at = c->first;
    const uint64_t end = c->first + c->count;
    for (const struct span *s = spans_find(&b->spans, c->set, at); s != NULL && at < end;
         s = spans_find(&b->spans, c->set, at))
        at = s->first + s->count;
    return at < end ? at : end;
}

static cm_err spans_copy(const struct spans *from, struct spans *to) {
    TRY(spans_reserve(to, from->n + 1));
    if (from->n > 0) memcpy(to->p, from->p, from->n * sizeof *from->p);
    to->n = from->n;
    return CM_OK;
}

cm_err lend_book_take(struct lend_book *b, uint64_t units, uint64_t now_ms,
                      const struct lend_chunk **chunk, uint64_t *first, uint64_t *count,
                      struct cm_diag *diag) {
    CM_CLEANUP(spans_wipe) struct spans before = SPANS_INIT;
    for (size_t i = 0; i < b->lend->n; i++) {
        const struct lend_chunk *c = &b->lend->chunks[i];
        const uint64_t at = untaken(b, c), left = c->first + c->count - at;
        if (left == 0) continue;
        const struct span taken = {.set = c->set,
                                   .stage = CM_STAGE_RESERVED,
                                   .first = at,
                                   .count = units < left ? units : left};
        TRY(spans_copy(&b->spans, &before));
        TRY(spans_put(&b->spans, &taken));
        const cm_err err = book_write(b, now_ms, diag);
        if (err != CM_OK) {
            const struct spans half = b->spans;
            b->spans = before;
            before = half;
            return err;
        }
        *chunk = c;
        *first = taken.first;
        *count = taken.count;
        return CM_OK;
    }
    *chunk = NULL;
    return CM_OK;
}

cm_err lend_book_report(struct lend_book *b, struct json_value run, uint64_t now_ms,
                        struct cm_diag *diag) {
    CM_CLEANUP(spans_wipe) struct spans moved = SPANS_INIT;
    CM_CLEANUP(buffer_free) struct buffer down = BUFFER_INIT;
    uint64_t duplicates = b->duplicates;
    bool done = false;
    TRY(spans_copy(&b->spans, &moved));
    if (json_present(json_get(run, "moves"))) TRY(spans_read(json_get(run, "moves"), true, &moved));
    TRY(json_copy_text(json_get(run, "state"), 0, b->state, sizeof b->state));
    TRY(json_copy_text(json_get(run, "words"), 0, b->words, sizeof b->words));
    if (json_present(json_get(run, "duplicates")))
        TRY(json_u64(json_get(run, "duplicates"), 0, INT64_MAX, &duplicates));
    if (json_present(json_get(run, "done"))) TRY(json_bool(json_get(run, "done"), &done));
    if (json_present(json_get(run, "down"))) TRY(json_copy_value(json_get(run, "down"), &down));
    const struct spans old = b->spans;
    b->spans = moved;
    moved = old;
    const struct buffer old_down = b->down;
    b->down = down;
    down = old_down;
    b->duplicates = duplicates;
    b->done = done;
    return book_write(b, now_ms, diag);
}

static uint64_t units_of(const struct lend *l, const struct span *s) {
    uint64_t n = 0;
    for (uint64_t i = 0; i < s->count; i++) {
        const struct lend_chunk *c = lend_find(l, s->set, s->first + i);
        n += c != NULL && lend_text(c, s->first + i).len > 0;
    }
    return n;
}

uint64_t lend_book_count(const struct lend_book *b, enum cm_stage stage) {
    uint64_t n = 0;
    for (size_t i = 0; i < b->spans.n; i++) {
        const struct span *s = &b->spans.p[i];
        if (s->stage == (uint8_t)stage) n += units_of(b->lend, s);
    }
    return n;
}
