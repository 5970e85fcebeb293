/* Questions to the supply and what comes back; one report for all runs. References as in lines.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "line/lines_inside.h"

#define ANSWER_MAX ((size_t)16 << 20) /* bytes: 16,384 codes of the longest kind */
#define WORDS_CAP  160u

/* ---- Questions under way -------------------------------------------------------------------- */

static struct question *add_question(struct lines *l) {
    if (l->question_n == l->question_cap) {
        const size_t cap = l->question_cap * 2 + 8;
        struct question *q = realloc(l->questions, cap * sizeof *q);
        if (q == NULL) return NULL;
        l->questions = q;
        l->question_cap = cap;
    }
    struct question *q = &l->questions[l->question_n++];
    if (++l->token == 0) l->token = 1;
    *q = (struct question){.token = l->token};
    return q;
}

static bool take_question(struct lines *l, uint32_t token, struct question *out) {
    for (size_t i = 0; i < l->question_n; i++) {
        if (l->questions[i].token != token) continue;
        *out = l->questions[i];
        l->questions[i] = l->questions[--l->question_n];
        return true;
    }
    return false;
}

/* Ask; a question that did not leave is answered by its error. The table may move meanwhile. */
static void ask(struct lines *l, const char *act, uint32_t token) {
    cm_err err = buffer_err(&l->json);
    if (err == CM_OK) err = l->o.supply->ops->ask(l->o.supply, act, buffer_slice(&l->json), token);
    if (err != CM_OK) lines_answer(l, token, err, slice_of(NULL, 0), NULL);
}

static void write_ask(struct buffer *out, uint32_t number, const struct run_ask *a) {
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    json_put_u64(&w, "run", number);
    if (a->again) {
        json_put_u64(&w, "set", a->set);
        json_put_u64(&w, "first", a->first);
    }
    json_put_u64(&w, a->again ? "count" : "units", a->count);
    if (!a->again) json_put_u64(&w, "waiting", a->waiting);
    json_object_end(&w);
}

void lines_ask_for(struct line *line) {
    struct lines *l = line->host;
    struct run_ask a;
    while (run_asks(line->run, lines_now(l), &a)) {
        struct question *q = add_question(l);
        if (q == NULL) {
            run_unanswered(line->run, &a, CM_E_NO_MEMORY, cm_err_name(CM_E_NO_MEMORY),
                           lines_now(l));
            return;
        }
        q->number = line->number;
        q->ask = a;
        buffer_clear(&l->json);
        write_ask(&l->json, line->number, &a);
        ask(l, a.again ? "line.again" : "line.take", q->token);
    }
}

/* ---- Reports -------------------------------------------------------------------------------- */

static void write_failed(struct line *line, struct json_writer *w) {
    json_object_begin(w, NULL);
    json_put_u64(w, "number", line->number);
    json_put_cstr(w, "state", "cannot start");
    json_put_bool(w, "attention", true);
    json_put_cstr(w, "error", line->error);
    json_object_end(w);
    line->told = true;
}

/* The runs that have something to say; one that must travel alone does so. */
static size_t write_due(struct lines *l, struct json_writer *w, uint32_t token) {
    const struct run_now now = lines_now(l);
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        struct line *line = l->all[i];
        if (line->run == NULL) {
            if (line->told) continue;
            write_failed(line, w);
            n++;
            continue;
        }
        if (!run_report_due(line->run, now)) continue;
        if (run_is_cautious(line->run) && n > 0) continue;
        run_report(line->run, lines_durable(l), w, now);
        line->report = token;
        n++;
        if (run_is_cautious(line->run)) break;
    }
    return n;
}

void lines_report(struct lines *l) {
    if (l->report != 0) return;
    struct question *q = add_question(l);
    if (q == NULL) return;
    const uint32_t token = q->token;
    buffer_clear(&l->json);
    struct json_writer w = json_writer_into(&l->json, false);
    json_object_begin(&w, NULL);
    json_array_begin(&w, "runs");
    const size_t n = write_due(l, &w, token);
    json_array_end(&w);
    json_object_end(&w);
    if (n == 0) {
        struct question none;
        (void)take_question(l, token, &none);
        return;
    }
    l->report = token;
    ask(l, "line.report", token);
}

/* What the answer refuses of a run, named by its error: {"refused":[{"number","error"}...]}. */
static cm_err refusal_of(struct json_value list, uint32_t number) {
    size_t n = 0;
    if (json_kind_of(list) != JSON_KIND_ARRAY || json_items(list, 0, SIZE_MAX, &n) != CM_OK)
        return CM_OK;
    for (size_t i = 0; i < n; i++) {
        uint64_t refused = 0;
        struct cm_slice name = slice_of(NULL, 0);
        const struct json_value item = json_at(list, i);
        if (json_u64(json_get(item, "number"), 0, UINT32_MAX, &refused) != CM_OK) continue;
        if (refused != number) continue;
        if (json_text(json_get(item, "error"), 0, SIZE_MAX, &name) != CM_OK) return CM_E_CONFLICT;
        for (int err = CM_OK + 1; err < CM_ERR_N; err++)
            if (slice_equal(name, slice_text(cm_err_name((cm_err)err)))) return (cm_err)err;
        return CM_E_CONFLICT;
    }
    return CM_OK;
}

/* Products that a camera saw pass since the last answer: {"passed":[[number, so far]...]}. */
static uint64_t passed_since(struct line *line, struct json_value list) {
    uint64_t number = 0, so_far = 0;
    size_t n = 0;
    if (json_kind_of(list) == JSON_KIND_ARRAY && json_items(list, 0, SIZE_MAX, &n) == CM_OK)
        for (size_t i = 0; i < n && so_far == 0; i++)
            if (json_u64(json_at(json_at(list, i), 0), 0, UINT32_MAX, &number) == CM_OK &&
                number == line->number)
                cm_ignore(json_u64(json_at(json_at(list, i), 1), 0, INT64_MAX, &so_far));
    const bool counts = line->passed_known && so_far > line->passed;
    const uint64_t since = counts ? so_far - line->passed : 0;
    line->passed_known = true;
    line->passed = so_far;
    return since;
}

static void reported(struct lines *l, uint32_t token, cm_err err, struct cm_slice result) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct json_value refused = {.doc = NULL};
    if (err == CM_OK)
        err = json_doc_new(&doc, result, "the vault's answer", &JSON_LIMITS_DEFAULT, NULL);
    if (err == CM_OK) refused = json_get(json_root(doc), "refused");
    l->report = 0;
    for (size_t i = 0; i < l->n; i++) {
        struct line *line = l->all[i];
        if (line->run == NULL || line->report != token) continue;
        line->report = 0;
        const cm_err one = err == CM_OK ? refusal_of(refused, line->number) : err;
        run_reported(line->run, one, lines_now(l));
        if (err == CM_OK) {
            const uint64_t passed = passed_since(line, json_get(json_root(doc), "passed"));
            if (passed > 0) run_passed(line->run, passed, lines_now(l));
        }
        lines_touch(line);
    }
}

/* ---- Answers -------------------------------------------------------------------------------- */

static void words_of(cm_err err, const struct cm_diag *diag, char out[static WORDS_CAP]) {
    if (diag != NULL && diag->problem[0] != '\0')
        (void)diag_text(diag, err, out, WORDS_CAP);
    else
        (void)snprintf(out, WORDS_CAP, "%s", cm_err_name(err));
}

static void took(struct lines *l, struct run *run, const struct run_ask *a,
                 struct cm_slice result) {
    static const struct json_limits limits = {.text_max = ANSWER_MAX, .depth_max = 8};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct cm_diag diag = DIAG_INIT;
    const struct run_now now = lines_now(l);
    cm_err err = json_doc_new(&doc, result, "the vault's answer", &limits, &diag);
    if (err != CM_OK)
        run_unanswered(run, a, err, diag.problem, now);
    else
        err = run_answer(run, a, json_root(doc), now);
    if (err != CM_OK)
        log_event(LOG_ERROR, "line: an answer cannot be used: %s: %s: %s", cm_err_name(err),
                  diag.place, diag.problem);
}

void lines_answer(struct lines *l, uint32_t token, cm_err err, struct cm_slice result,
                  const struct cm_diag *diag) {
    struct question q;
    char words[WORDS_CAP];
    if (!take_question(l, token, &q)) return;
    if (err != CM_OK) {
        words_of(err, diag, words);
        log_event(LOG_WARN, "line: the vault refuses: %s", words);
    }
    if (q.number == 0) {
        reported(l, token, err, result);
        return;
    }
    struct line *line = lines_find(l, q.number);
    if (line == NULL || line->run == NULL) return; /* it ended meanwhile */
    if (err != CM_OK)
        run_unanswered(line->run, &q.ask, err, words, lines_now(l));
    else
        took(l, line->run, &q.ask, result);
    lines_touch(line);
}
