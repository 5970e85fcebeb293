/* The small frames, item by item in the order of note_frame.h. */
#include "wire/note_frame.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "countermark/engine.h"
#include "wire/item.h"

#define ACT_ITEMS     2u
#define KEYED_ITEMS   3u
#define OUTCOME_ITEMS 6u
#define STATUS_ITEMS  10u
#define ISSUE_ITEMS   4u
#define RUNS_ITEMS    1u
#define COUNT_ROW     8u /* bytes of a counter in a column */
#define GUESS_ROW     (STATUS_POOL_CAP + 8u)
#define NAME_MAX_LEN  255u

cm_err act_encode(struct buffer *out, const struct act_frame *act) {
    item_map(out, ACT_ITEMS);
    item_text(out, 1, act->name);
    item_text(out, 2, act->args_json);
    return buffer_err(out);
}

cm_err act_decode(struct cm_slice body, struct act_frame *out) {
    struct item_reader r = item_reader_over(body, ACT_ITEMS);
    struct act_frame act;
    act.name = item_read_text(&r);
    act.args_json = item_read_text(&r);
    TRY(item_read_end(&r));
    *out = act;
    return CM_OK;
}

/* A diag part is cut at a byte when it is too long: what stands before the cut must stay UTF-8. */
static void put_part(struct buffer *out, uint32_t key, const char *part) {
    struct cm_slice text = slice_text(part);
    while (text.len > 0 && !utf8_valid(text))
        text.len--;
    item_text(out, key, text);
}

cm_err outcome_encode(struct buffer *out, const struct outcome_frame *o) {
    item_map(out, OUTCOME_ITEMS);
    item_uint(out, 1, (uint64_t)o->err);
    item_text(out, 2, o->result_json);
    put_part(out, 3, o->diag.input);
    put_part(out, 4, o->diag.place);
    put_part(out, 5, o->diag.problem);
    put_part(out, 6, o->diag.remedy);
    return buffer_err(out);
}

static void read_part(struct item_reader *r, char part[DIAG_PART_CAP]) {
    const struct cm_slice text = item_read_text(r);
    if (text.len >= DIAG_PART_CAP) r->failed = true;
    if (r->failed || text.len == 0) return;
    memcpy(part, text.p, text.len);
}

cm_err outcome_decode(struct cm_slice body, struct outcome_frame *out) {
    struct item_reader r = item_reader_over(body, OUTCOME_ITEMS);
    struct outcome_frame o = {.diag = DIAG_INIT};
    o.err = (cm_err)item_read_uint(&r, CM_ERR_N - 1);
    o.result_json = item_read_text(&r);
    read_part(&r, o.diag.input);
    read_part(&r, o.diag.place);
    read_part(&r, o.diag.problem);
    read_part(&r, o.diag.remedy);
    TRY(item_read_end(&r));
    *out = o;
    return CM_OK;
}

cm_err status_encode(struct buffer *out, const struct status_frame *s) {
    item_map(out, STATUS_ITEMS);
    item_uint(out, 1, s->sequence);
    item_uint(out, 2, s->folded_to);
    item_uint(out, 3, s->journal_bytes);
    item_uint(out, 4, s->groups);
    item_uint(out, 5, s->events);
    item_uint(out, 6, s->unit_memory);
    item_uint(out, 7, s->busy);
    item_bytes_head(out, 8, sizeof s->verdicts);
    for (size_t i = 0; i < CM_VERDICT_N; i++)
        buffer_u64be(out, s->verdicts[i]);
    item_uint(out, 9, (s->dead ? 1u : 0u) | (s->restored ? 2u : 0u));
    item_bytes_head(out, 10, s->guess_n * GUESS_ROW);
    for (size_t i = 0; i < s->guess_n; i++) {
        char pool[STATUS_POOL_CAP] = {0};
        (void)snprintf(pool, sizeof pool, "%s", s->guesses[i].pool);
        buffer_put(out, pool, sizeof pool);
        buffer_u64be(out, s->guesses[i].n);
    }
    return buffer_err(out);
}

/* Names end within their place, and nothing lies behind an end. */
static cm_err read_guesses(struct cm_slice rows, struct status_frame *s) {
    if (rows.len % GUESS_ROW != 0 || rows.len / GUESS_ROW > STATUS_GUESSES_MAX) return CM_E_FORMAT;
    struct cursor c = cursor_over(rows);
    for (s->guess_n = 0; c.left > 0; s->guess_n++) {
        struct status_guess *g = &s->guesses[s->guess_n];
        cursor_copy(&c, g->pool, sizeof g->pool);
        g->n = cursor_u64be(&c);
        const size_t len = strnlen(g->pool, sizeof g->pool);
        for (size_t i = len; i < sizeof g->pool; i++)
            if (g->pool[i] != 0) return CM_E_FORMAT;
        if (len == 0 || len == sizeof g->pool || !utf8_valid(slice_of(g->pool, len)))
            return CM_E_FORMAT;
    }
    return CM_OK;
}

cm_err status_decode(struct cm_slice body, struct status_frame *out) {
    struct item_reader r = item_reader_over(body, STATUS_ITEMS);
    struct status_frame s = {.dead = false};
    s.sequence = item_read_uint(&r, UINT64_MAX);
    s.folded_to = item_read_uint(&r, UINT64_MAX);
    s.journal_bytes = item_read_uint(&r, UINT64_MAX);
    s.groups = item_read_uint(&r, UINT64_MAX);
    s.events = item_read_uint(&r, UINT64_MAX);
    s.unit_memory = item_read_uint(&r, UINT64_MAX);
    s.busy = item_read_uint(&r, UINT64_MAX);
    struct cursor verdicts = cursor_over(item_read_rows(&r, CM_VERDICT_N, COUNT_ROW));
    for (size_t i = 0; i < CM_VERDICT_N; i++)
        s.verdicts[i] = cursor_u64be(&verdicts);
    const uint64_t flags = item_read_uint(&r, 3);
    s.dead = (flags & 1) != 0;
    s.restored = (flags & 2) != 0;
    const struct cm_slice guesses = item_read_bytes(&r);
    TRY(item_read_end(&r));
    TRY(read_guesses(guesses, &s));
    *out = s;
    return CM_OK;
}

cm_err keyed_act_encode(struct buffer *out, const struct keyed_act_frame *act) {
    item_map(out, KEYED_ITEMS);
    item_uint(out, 1, act->actor);
    item_text(out, 2, act->name);
    item_bytes(out, 3, act->args_json); /* as it came from outside: the act judges it */
    return buffer_err(out);
}
cm_err keyed_act_decode(struct cm_slice body, struct keyed_act_frame *out) {
    struct item_reader r = item_reader_over(body, KEYED_ITEMS);
    struct keyed_act_frame act;
    act.actor = (uint32_t)item_read_uint(&r, UINT32_MAX);
    act.name = item_read_text(&r);
    act.args_json = item_read_bytes(&r);
    TRY(item_read_end(&r));
    *out = act;
    return CM_OK;
}

cm_err issue_encode(struct buffer *out, const struct issue_frame *i) {
    item_map(out, ISSUE_ITEMS);
    item_uint(out, 1, i->actor);
    item_text(out, 2, i->batch);
    item_bytes(out, 3, i->key);
    item_uint(out, 4, i->count);
    return buffer_err(out);
}

cm_err issue_decode(struct cm_slice body, struct issue_frame *out) {
    struct item_reader r = item_reader_over(body, ISSUE_ITEMS);
    struct issue_frame i;
    i.actor = (uint32_t)item_read_uint(&r, UINT32_MAX);
    i.batch = item_read_text(&r);
    i.key = item_read_bytes(&r);
    i.count = (uint32_t)item_read_uint(&r, ISSUE_COUNT_MAX);
    TRY(item_read_end(&r));
    if (i.count == 0 || i.batch.len == 0 || i.batch.len > NAME_MAX_LEN ||
        i.key.len > CM_KEY_TEXT_MAX)
        return CM_E_FORMAT;
    *out = i;
    return CM_OK;
}

cm_err runs_encode(struct buffer *out, struct cm_slice runs_json) {
    item_map(out, RUNS_ITEMS);
    item_text(out, 1, runs_json);
    return buffer_err(out);
}

cm_err runs_decode(struct cm_slice body, struct cm_slice *runs_json) {
    struct item_reader r = item_reader_over(body, RUNS_ITEMS);
    const struct cm_slice json = item_read_text(&r);
    TRY(item_read_end(&r));
    *runs_json = json;
    return CM_OK;
}
