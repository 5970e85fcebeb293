/* References as in run_kit.h. */
#include "run_kit.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "support/cm.h"

#define STEP_US  1000u
#define RETRY_US 20000u
#define NUMBER   9u
#define WALL_MS  1795000000000u /* some day in 2026 */

static const char label[] = "^XA^FO40,40^A0N,40,40^FD{code}^FS^XZ";

/* ---- The vault ------------------------------------------------------------------------------ */

static void put_ranges(struct json_writer *w, const struct kit *k, const char *key,
                       unsigned stage) {
    json_array_begin(w, key);
    for (uint64_t i = 0; i < KIT_SERIALS; i++) {
        if (k->stage[i] != stage) continue;
        uint64_t n = 1;
        while (i + n < KIT_SERIALS && k->stage[i + n] == stage)
            n++;
        json_array_begin(w, NULL);
        json_put_u64(w, NULL, KIT_SET);
        json_put_u64(w, NULL, i);
        json_put_u64(w, NULL, n);
        json_array_end(w);
        i += n;
    }
    json_array_end(w);
}

static struct json_doc *document(struct kit *k) {
    struct json_doc *doc = NULL;
    const struct kit_plan *p = &k->plan;
    buffer_clear(&k->json);
    struct json_writer w = json_writer_into(&k->json, false);
    json_object_begin(&w, NULL);
    json_put_u64(&w, "number", NUMBER);
    json_put_cstr(&w, "name", "kit-run-9");
    json_put_cstr(&w, "line", p->line == NULL ? "3" : p->line);
    json_put_cstr(&w, "printer", "zpl+tcp://printer:9100");
    json_object_begin(&w, "template");
    json_put_cstr(&w, "name", p->message == NULL ? "label" : p->message);
    json_put_cstr(&w, "text", p->template_text == NULL ? label : p->template_text);
    json_object_end(&w);
    if (p->window > 0) json_put_u64(&w, "window", p->window);
    if (p->limit_per_minute > 0) json_put_u64(&w, "rate", p->limit_per_minute);
    json_put_cstr(&w, "wish", k->wish);
    json_put_cstr(&w, "why", k->why);
    json_put_u64(&w, "resumed", k->resumed);
    json_put_u64(&w, "settled", k->settled);
    put_ranges(&w, k, "reserved", CM_STAGE_RESERVED);
    put_ranges(&w, k, "sent", CM_STAGE_SENT);
    json_object_end(&w);
    assert_ok(json_doc_new(&doc, buffer_slice(&k->json), "document", &JSON_LIMITS_DEFAULT, NULL));
    return doc;
}

static void put_codes(struct kit *k, struct json_writer *w, uint64_t first, uint64_t count,
                      bool again) {
    json_array_begin(w, "codes");
    for (uint64_t i = first; i < first + count; i++) {
        char code[32];
        if (!again && k->plan.hole_every > 0 && i % k->plan.hole_every == 0) k->stage[i] = KIT_HOLE;
        if (!again && k->stage[i] == KIT_FREE) k->stage[i] = CM_STAGE_RESERVED;
        if (k->stage[i] != CM_STAGE_RESERVED) {
            json_put_null(w, NULL);
            continue;
        }
        (void)snprintf(code, sizeof code, "C%06" PRIu64, i);
        json_put_cstr(w, NULL, code);
    }
    json_array_end(w);
}

/* Serials that the vault may give now: what is void is made up for. */
static uint64_t serials_left(const struct kit *k) {
    const uint64_t left = k->plan.units - k->next, void_n = kit_count(k, CM_STAGE_VOID);
    const uint64_t given = k->next - void_n;
    if (k->plan.order == 0) return left;
    const uint64_t wanted = k->plan.order > given ? k->plan.order - given : 0;
    return wanted < left ? wanted : left;
}

/* Mint, hold and answer; what is held stays so even if the line never hears of it. */
static struct json_doc *answer(struct kit *k, const struct run_ask *a) {
    struct json_doc *doc = NULL;
    const uint64_t left = serials_left(k), first = a->again ? a->first : k->next;
    const uint64_t count = a->again || a->count < left ? a->count : left;
    buffer_clear(&k->json);
    struct json_writer w = json_writer_into(&k->json, false);
    json_object_begin(&w, NULL);
    json_put_u64(&w, "count", count);
    json_put_u64(&w, "set", KIT_SET);
    json_put_u64(&w, "first", first);
    put_codes(k, &w, first, count, a->again);
    json_object_begin(&w, "batch");
    json_put_cstr(&w, "name", "kit");
    json_object_end(&w);
    if (k->until_ms > 0) json_put_u64(&w, "until_ms", k->until_ms);
    if (!a->again) k->next += count;
    if (!a->again && serials_left(k) == 0) json_put_cstr(&w, "end", "the batch is used up");
    json_object_end(&w);
    assert_ok(json_doc_new(&doc, buffer_slice(&k->json), "answer", &JSON_LIMITS_DEFAULT, NULL));
    k->takes++;
    return doc;
}

static void answer_asks(struct kit *k) {
    struct run_ask a;
    while (k->ask_n < CM_ARRAY_N(k->asks) && run_asks(k->run, k->now, &a)) {
        k->asks[k->ask_n] = a;
        k->ask_us[k->ask_n++] = k->now.us + k->plan.late_ms * 1000;
    }
    while (k->ask_n > 0 && k->now.us >= k->ask_us[0]) {
        a = k->asks[0];
        k->ask_n--;
        memmove(k->asks, k->asks + 1, k->ask_n * sizeof k->asks[0]);
        memmove(k->ask_us, k->ask_us + 1, k->ask_n * sizeof k->ask_us[0]);
        if (k->silent || (k->refuses && a.again)) {
            run_unanswered(k->run, &a, k->refuses ? CM_E_CONFLICT : CM_E_DEAD, "nobody listens",
                           k->now);
            continue;
        }
        struct json_doc *doc = answer(k, &a);
        assert_ok(run_answer(k->run, &a, json_root(doc), k->now));
        json_doc_free(doc);
    }
}

static unsigned word_of(struct json_value v, const char *(*name)(unsigned), unsigned n) {
    struct cm_slice text = slice_of(NULL, 0);
    assert_ok(json_text(v, 1, 40, &text));
    for (unsigned i = 0; i < n; i++)
        if (slice_equal(text, slice_text(name(i)))) return i;
    fail_msg("no such word");
    return n;
}
static const char *stage_name(unsigned i) { return cm_stage_name((enum cm_stage)i); }
static const char *cause_name(unsigned i) { return cm_cause_name((enum cm_cause)i); }

/* The ledger's own rule stands (what an operator settled stays, engine_run_report): what it
 * refuses, the run gives up only after asking alone. */
static cm_err take_moves(struct kit *k, struct json_value moves) {
    size_t n = 0;
    if (!json_present(moves)) return CM_OK;
    assert_ok(json_items(moves, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        uint64_t set = 0, first = 0, count = 0;
        const struct json_value m = json_at(moves, i);
        assert_ok(json_u64(json_at(m, 0), KIT_SET, KIT_SET, &set));
        assert_ok(json_u64(json_at(m, 1), 0, KIT_SERIALS - 1, &first));
        assert_ok(json_u64(json_at(m, 2), 1, KIT_SERIALS - first, &count));
        const unsigned stage = word_of(json_at(m, 3), stage_name, CM_STAGE_N);
        const unsigned cause = word_of(json_at(m, 4), cause_name, CM_CAUSE_N);
        for (uint64_t s = first; s < first + count; s++) {
            if (k->stage[s] == KIT_HOLE) continue;
            assert_int_not_equal(k->stage[s], KIT_FREE);
            if (k->settled > 0 && k->stage[s] > CM_STAGE_SENT && k->stage[s] != stage) continue;
            if (!cm_stage_may((enum cm_stage)k->stage[s], (enum cm_stage)stage))
                return CM_E_CONFLICT;
            if (k->stage[s] != stage) k->cause[s] = (uint8_t)cause;
            k->stage[s] = (uint8_t)stage;
        }
    }
    return CM_OK;
}

static void report(struct kit *k) {
    if (!run_report_due(k->run, k->now)) return;
    struct json_doc *doc = NULL;
    buffer_clear(&k->json);
    struct json_writer w = json_writer_into(&k->json, false);
    const bool durable = k->commit_error == CM_OK && run_journal_commit(k->journal) == CM_OK;
    run_report(k->run, durable, &w, k->now);
    assert_ok(json_doc_new(&doc, buffer_slice(&k->json), "report", &JSON_LIMITS_DEFAULT, NULL));
    const cm_err err = k->silent ? CM_E_DEAD : take_moves(k, json_get(json_root(doc), "moves"));
    k->refused_n += err == CM_E_CONFLICT;
    run_reported(k->run, err, k->now);
    json_doc_free(doc);
    k->reports++;
}

/* ---- The printer ---------------------------------------------------------------------------- */

static void open_printer(struct kit *k) {
    const struct kit_plan *p = &k->plan;
    struct printer_options o = {
        .grammar = grammar_named(p->grammar),
        .faults = slice_text(p->faults == NULL ? "" : p->faults),
        .keep_record = true,
        .rate_per_minute = p->rate_per_minute,
        .manual = p->rate_per_minute == 0,
        .seed = p->seed,
        .total = 31084,
    };
    assert_non_null(o.grammar);
    assert_ok(printer_new(&o, &k->printer, NULL));
}

static void cut(struct kit *k) {
    if (k->link == NULL) return;
    printer_disconnect(k->link);
    k->link = NULL;
    k->retry_us = k->now.us + RETRY_US;
    if (k->run != NULL) run_down(k->run, "connection reset", k->now);
}

static bool carry_out(struct kit *k, size_t most) {
    const struct cm_slice out = run_out(k->run);
    if (k->link == NULL || out.len == 0 || printer_is_full(k->link)) return false;
    const size_t len = out.len < most ? out.len : most;
    printer_hear(k->printer, k->link, slice_of(out.p, len), k->now.us);
    run_left(k->run, len, k->now);
    if (k->link->reset) cut(k);
    return true;
}

static bool carry_in(struct kit *k) {
    if (k->link == NULL) return false;
    const struct cm_slice piece = outbox_next(&k->link->out, k->now.us);
    if (piece.len == 0) return false;
    run_heard(k->run, piece, k->now);
    outbox_left(&k->link->out, piece.len);
    if (k->link->reset) cut(k);
    return true;
}

/* ---- Life ----------------------------------------------------------------------------------- */

static void live(struct kit *k) {
    struct cm_diag diag = DIAG_INIT;
    assert_ok(run_journal_open(k->folder.path, &k->journal, &k->found, NULL));
    struct json_doc *doc = document(k);
    struct run_document d;
    struct driver_options driver;
    assert_ok(run_document_read(json_root(doc), &d));
    assert_ok(run_document_driver(&d, k->plan.kind, &driver, &diag));
    driver.reply_ms = 100;
    driver.poll_ms = 10;
    driver.rest_ms = 100;
    const struct run_options o = {.document = &d, .driver = &driver, .journal = k->journal};
    const cm_err err = run_new(&o, json_root(doc), k->now, &k->run, &diag);
    if (err != CM_OK) fail_msg("run: %s: %s", diag.place, diag.problem);
    json_doc_free(doc);
    k->ask_n = 0;
}

static void die(struct kit *k) {
    struct run *run = k->run;
    k->run = NULL;
    cut(k);
    run_free(run);
    run_journal_close(k->journal);
    k->journal = NULL;
}

void kit_kill(struct kit *k) {
    die(k);
    live(k);
}

void kit_open(struct kit *k, const struct kit_plan *plan) {
    *k = (struct kit){.plan = *plan, .now = {.us = STEP_US, .wall_ms = WALL_MS}, .wish = "run"};
    k->why = "";
    log_set_level(LOG_ERROR);
    assert_true(plan->units <= KIT_SERIALS);
    memset(k->stage, KIT_FREE, sizeof k->stage);
    assert_true(scratch_make(&k->folder));
    open_printer(k);
    live(k);
}

void kit_close(struct kit *k) {
    die(k);
    printer_free(k->printer);
    buffer_free(&k->json);
    scratch_remove(k->folder.path);
}

void kit_wish(struct kit *k, const char *wish, const char *why) {
    struct run_document d;
    k->wish = wish;
    k->why = why;
    struct json_doc *doc = document(k);
    assert_ok(run_document_read(json_root(doc), &d));
    run_told(k->run, &d, k->now);
    json_doc_free(doc);
}

static void connect(struct kit *k) {
    if (k->link != NULL || k->now.us < k->retry_us) return;
    k->retry_us = k->now.us + RETRY_US;
    k->link = printer_connect(k->printer, k->now.us);
    if (k->link != NULL) run_up(k->run, k->now);
}

static void commit_and_give(struct kit *k) {
    const cm_err err = k->commit_error == CM_OK ? run_journal_commit(k->journal) : k->commit_error;
    run_blocked(k->run, err);
    if (err == CM_OK) run_give(k->run, k->now);
}

/* One turn as the host makes it, up to where the process dies. */
static bool turn(struct kit *k, enum kit_death death) {
    const size_t units = run_collect(k->run, k->now);
    if (death == KIT_DIES_COLLECTED) return true;
    if (units > 0 || death == KIT_DIES_COMMITTED) {
        if (death == KIT_DIES_COMMITTED) cm_ignore(run_journal_commit(k->journal));
        if (death == KIT_DIES_COMMITTED) return true;
        commit_and_give(k);
    }
    if (death == KIT_DIES_GIVEN) return true;
    if (death == KIT_DIES_HALFWAY) {
        (void)carry_out(k, run_out(k->run).len / 2);
        return true;
    }
    while (carry_out(k, SIZE_MAX)) {
    }
    return death == KIT_DIES_SENT;
}

void kit_step(struct kit *k, enum kit_death death) {
    connect(k);
    bool dies = turn(k, death);
    while (!dies && (carry_in(k) || carry_out(k, SIZE_MAX)))
        dies = turn(k, KIT_LIVES);
    if (!dies && run_wants_cut(k->run)) cut(k);
    if (dies) {
        kit_kill(k);
    } else {
        answer_asks(k);
        report(k);
    }
    k->now.us += STEP_US;
    k->now.wall_ms += STEP_US / 1000;
    printer_tick(k->printer, k->now.us);
    if (k->link != NULL && k->link->reset) cut(k);
    if (k->plan.rate_per_minute == 0 && k->now.us >= k->product_us) {
        k->product_us = k->now.us + 50000;
        printer_products(k->printer, 1);
    }
    run_view(k->run, k->now, &k->view);
}

void kit_run(struct kit *k, unsigned ms) {
    for (unsigned i = 0; i < ms && !k->view.done; i++)
        kit_step(k, KIT_LIVES);
}

/* ---- Judging -------------------------------------------------------------------------------- */

uint64_t kit_count(const struct kit *k, unsigned stage) {
    uint64_t n = 0;
    for (size_t i = 0; i < KIT_SERIALS; i++)
        n += k->stage[i] == stage;
    return n;
}

/* The serial in a text of the record. */
static size_t serial_in(struct cm_slice text) {
    for (size_t i = 0; i + 7 <= text.len; i++) {
        uint64_t serial = 0;
        if (text.p[i] == 'C' &&
            text_u64(slice_of(text.p + i + 1, 6), KIT_SERIALS - 1, &serial) == CM_OK)
            return (size_t)serial;
    }
    fail_msg("a text without a code");
    return 0;
}

void kit_judge(const struct kit *k, bool lies) {
    const struct record *record = k->printer->record;
    bool taken[KIT_SERIALS] = {false}, paper[KIT_SERIALS] = {false};
    assert_int_equal(record_duplicates(record, 1u << RECORD_TAKEN), 0);
    for (size_t i = 0; i < record_n(record); i++) {
        const struct record_entry e = record_at(record, i);
        if (e.event == RECORD_FAULT || e.text.len == 0) continue;
        taken[serial_in(e.text)] |= e.event == RECORD_TAKEN;
        paper[serial_in(e.text)] |= (RECORD_ON_PAPER & 1u << e.event) != 0;
    }
    for (size_t i = 0; i < KIT_SERIALS; i++) {
        const unsigned stage = k->stage[i], cause = k->cause[i];
        if (stage == KIT_FREE || stage == KIT_HOLE) assert_false(taken[i]);
        if (stage == CM_STAGE_VOID && paper[i])
            fail_msg("%s: serial %zu is void (%s) and on paper", k->plan.grammar, i,
                     cause_name(cause));
        if (stage == CM_STAGE_VOID && cause == CM_CAUSE_RETURNED) assert_false(taken[i]);
        if (stage == CM_STAGE_PRINTED && !paper[i] && !lies)
            fail_msg("%s: serial %zu is printed and not on paper", k->plan.grammar, i);
    }
}
