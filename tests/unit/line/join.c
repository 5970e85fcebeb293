/* The wire between a driver and an emulator. References as in join.h. */
#include "join.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "support/cm.h"
#include "support/splitmix.h"

#define STEP_US   1000u
#define RETRY_US  20000u /* between two tries to connect */
#define PATH_CAP  1024u
#define FILE_MOST 65536u
#define CODE_LEN  7u
#define GHOST_MS  60u /* bytes of a dead program arrive within; less than the time of rest */

static const char label[] = "^XA^FO40,40^A0N,40,40^FD{code}^FS^XZ";

static void read_text(const char *folder, const char *name, const char *suffix,
                      struct buffer *text) {
    char path[PATH_CAP];
    (void)snprintf(path, sizeof path, CM_SOURCE_DIR "/%s/%s%s", folder, name, suffix);
    assert_ok(file_read(path, FILE_MOST, text, NULL));
}

static void open_printer(struct join *j) {
    const struct join_plan *p = &j->plan;
    struct cm_diag diag = DIAG_INIT;
    struct printer_options o = {
        .grammar = grammar_named(p->grammar),
        .faults = slice_text(p->faults == NULL ? "" : p->faults),
        .keep_record = true,
        .rate_per_minute = p->rate_per_minute,
        .seed = p->seed,
        .total = 31084,
    };
    if (o.grammar == NULL) {
        struct buffer text = BUFFER_INIT;
        read_text("tests/support/printers/protocols", p->grammar, ".rules", &text);
        assert_ok(protocol_parse(buffer_slice(&text), p->grammar, &j->rules, NULL));
        buffer_free(&text);
        o.grammar = &grammar_raw;
        o.grammar_data = j->rules;
    }
    o.manual = p->rate_per_minute == 0;
    const cm_err err = printer_new(&o, &j->printer, &diag);
    if (err != CM_OK) fail_msg("printer: %s: %s", diag.place, diag.problem);
}

static void open_driver(struct join *j) {
    const struct join_plan *p = &j->plan;
    struct cm_diag diag = DIAG_INIT;
    struct buffer text = BUFFER_INIT;
    const uint64_t tempo = p->tempo == 0 ? 1 : p->tempo;
    struct driver_options o = {
        .kind = kind_named(p->kind),
        .fields = {p->field == NULL ? "code" : p->field},
        .template_name = p->message,
        .window = p->window,
        .reply_ms = 100 * tempo,
        .poll_ms = 10 * tempo,
        .rest_ms = 100 * tempo,
    };
    assert_non_null(o.kind);
    o.template_text = slice_text(label);
    if (strcmp(p->kind, "raw") == 0) {
        read_text("templates/protocols", p->grammar, ".protocol", &text);
        o.template_text = buffer_slice(&text);
    }
    const cm_err err = driver_new(&o, &j->driver, &diag);
    if (err != CM_OK) fail_msg("driver: %s: %s: %s", diag.input, diag.place, diag.problem);
    buffer_free(&text);
}

void join_open(struct join *j, const struct join_plan *plan) {
    *j = (struct join){.plan = *plan, .now_us = STEP_US};
    assert_true(plan->units <= JOIN_UNITS_MAX);
    j->rng = plan->seed + 1;
    open_printer(j);
    open_driver(j);
}

void join_close(struct join *j) {
    driver_free(j->driver);
    printer_free(j->printer);
    protocol_free(j->rules);
    buffer_free(&j->said);
    buffer_free(&j->memory);
    buffer_free(&j->ghost_bytes);
}

static void connect(struct join *j) {
    if (j->link != NULL || j->now_us < j->retry_us) return;
    j->retry_us = j->now_us + RETRY_US;
    j->link = printer_connect(j->printer, j->now_us);
    if (j->link != NULL) driver_connected(j->driver, j->now_us);
}

static void cut(struct join *j) {
    if (j->link == NULL || !j->link->reset) return;
    printer_disconnect(j->link);
    j->link = NULL;
    driver_disconnected(j->driver, j->now_us);
}

/* Of the deaths' own generator: below n. */
static uint64_t draw(struct join *j, uint64_t n) { return splitmix_next(&j->rng) % n; }

/* The last bytes of an earlier life arrive, and its link ends. */
static void end_ghost(struct join *j) {
    if (j->ghost == NULL) return;
    if (!j->ghost->reset && j->ghost_bytes.len > 0 && !printer_is_full(j->ghost))
        printer_hear(j->printer, j->ghost, buffer_slice(&j->ghost_bytes), j->now_us);
    buffer_clear(&j->ghost_bytes);
    printer_disconnect(j->ghost);
    j->ghost = NULL;
}

/* Some of our bytes still arrive, at once or a while after the next life has begun to ask. */
static void leave_bytes(struct join *j) {
    const struct cm_slice out = driver_out(j->driver);
    end_ghost(j);
    if (j->link == NULL) return;
    const size_t arrive = draw(j, 2) == 0 ? out.len : (size_t)draw(j, out.len + 1);
    buffer_put(&j->ghost_bytes, out.p, arrive);
    j->ghost = j->link;
    j->ghost_us = j->now_us + draw(j, 2) * draw(j, GHOST_MS) * STEP_US;
    if (j->ghost_us == j->now_us) end_ghost(j);
    j->link = NULL;
}

void join_die(struct join *j) {
    leave_bytes(j);
    driver_free(j->driver);
    open_driver(j);
    struct unit_past past[JOIN_UNITS_MAX];
    size_t n = 0;
    memcpy(j->fates, j->written, sizeof j->fates);
    for (size_t i = 0; i < j->sent; i++)
        if (j->written[i] == 0) past[n++].serial = i;
    j->given = j->sent;
    assert_ok(driver_remember(j->driver, buffer_slice(&j->memory), past, n));
    j->deaths++;
    j->stopping = false;
    j->retry_us = j->now_us + draw(j, 2) * draw(j, 200) * STEP_US;
}

static bool perhaps_die(struct join *j) {
    if (j->deaths >= j->plan.deaths || draw(j, j->plan.one_in) != 0) return false;
    join_die(j);
    return true;
}

/* Our bytes to the printer, in pieces; false when nothing moved. */
static bool carry_out(struct join *j) {
    const struct cm_slice out = driver_out(j->driver);
    if (j->link == NULL || out.len == 0 || printer_is_full(j->link)) return false;
    const size_t len = j->plan.chop == 0 || out.len < j->plan.chop ? out.len : j->plan.chop;
    buffer_put(&j->said, out.p, len);
    printer_hear(j->printer, j->link, slice_of(out.p, len), j->now_us);
    driver_left(j->driver, len, j->now_us);
    cut(j);
    return !perhaps_die(j);
}

/* The first part of a piece, then, a step later, the rest; false: not in this step. */
static bool split(struct join *j, size_t piece_len, size_t *len) {
    if (j->split_us == j->now_us) return false;
    if (j->split_us == 0 && piece_len > j->plan.split) {
        *len = j->plan.split;
        j->split_us = j->now_us;
        return true;
    }
    j->split_us = 0;
    return true;
}

static bool carry_in(struct join *j) {
    if (j->link == NULL) return false;
    const struct cm_slice piece = outbox_next(&j->link->out, j->now_us);
    if (piece.len == 0) return false;
    size_t len = j->plan.chop == 0 || piece.len < j->plan.chop ? piece.len : j->plan.chop;
    if (j->plan.split > 0 && !split(j, piece.len, &len)) return false;
    driver_hear(j->driver, slice_of(piece.p, len), j->now_us);
    outbox_left(&j->link->out, len);
    cut(j);
    return true;
}

static void take_reports(struct join *j) {
    struct report r;
    while (driver_report(j->driver, &r)) {
        if (r.kind == REPORT_STATE) j->states |= 1u << r.state;
        if (r.kind == REPORT_STATE && r.words[0] != '\0' && strncmp(r.words, "waiting", 7) != 0)
            memcpy(j->words, r.words, sizeof j->words);
        if (r.kind == REPORT_ACCEPTED) j->accepted += r.n;
        if (r.kind == REPORT_DUPLICATE) j->copies += r.n;
        for (uint64_t i = 0; r.kind == REPORT_FATE && i < r.n; i++) {
            assert_true(r.serial + i < j->given);
            assert_int_equal(j->fates[r.serial + i], 0); /* one fate a unit */
            j->fates[r.serial + i] = (uint8_t)(1u << r.fate);
        }
        if (r.kind != REPORT_RECONNECT || j->link == NULL) continue;
        j->link->reset = true;
        cut(j);
    }
}

/* One commit: what became of units, what is about to be sent, and the driver's memory. */
static void write_journal(struct join *j) {
    take_reports(j);
    const size_t room = driver_room(j->driver);
    const size_t wish = room > j->plan.ahead ? room : j->plan.ahead;
    const size_t left = j->plan.units > j->sent ? j->plan.units - j->sent : 0;
    if (room > 0 && j->sent == j->given) j->sent += wish < left ? wish : left;
    memcpy(j->written, j->fates, sizeof j->written);
    buffer_clear(&j->memory);
    driver_memory(j->driver, &j->memory);
    assert_true(j->memory.len <= DRIVER_MEMORY_MAX);
}

/* Whether the last commit still says what another life would need. */
static bool is_written(struct join *j) {
    struct buffer now = BUFFER_INIT;
    driver_memory(j->driver, &now);
    const bool same = slice_equal(buffer_slice(&now), buffer_slice(&j->memory));
    buffer_free(&now);
    return same;
}

static void give(struct join *j) {
    if (driver_room(j->driver) == 0 || (j->given == j->sent && j->sent >= j->plan.units)) return;
    write_journal(j);
    if (perhaps_die(j)) return;
    while (j->given < j->sent && driver_room(j->driver) > 0) {
        char code[16];
        (void)snprintf(code, sizeof code, "C%06u", (unsigned)j->given);
        const struct unit u = {.serial = j->given, .texts = {slice_text(code)}};
        if (!is_written(j)) write_journal(j);
        assert_ok(driver_give(j->driver, &u, j->now_us, NULL));
        j->given++;
    }
    (void)perhaps_die(j); /* with units that are said and have not left */
}

static void pass_products(struct join *j) {
    if (j->plan.product_ms > 0 && j->now_us >= j->product_us) {
        j->product_us = j->now_us + j->plan.product_ms * 1000;
        printer_products(j->printer, 1);
    }
    const uint64_t n = join_met(j, RECORD_PRINTED) + join_met(j, RECORD_REPEATED);
    if (j->plan.passing && n > j->products) driver_passed(j->driver, n - j->products, j->now_us);
    j->products = n;
}

void join_step(struct join *j) {
    if (j->now_us >= j->ghost_us) end_ghost(j);
    connect(j);
    driver_tick(j->driver, j->now_us);
    give(j);
    while (carry_out(j) || carry_in(j))
        give(j);
    take_reports(j);
    if (draw(j, 8) == 0) write_journal(j); /* of fates alone, at times */
    (void)perhaps_die(j);
    j->now_us += STEP_US;
    printer_tick(j->printer, j->now_us);
    cut(j);
    pass_products(j);
    uint64_t fated = 0;
    for (enum unit_fate f = 0; f < FATE_N; f++)
        fated += driver_fated(j->driver, f);
    assert_int_equal(driver_given(j->driver), fated + driver_in_flight(j->driver));
}

uint64_t join_met(const struct join *j, enum record_event event) {
    return record_count(j->printer->record, event);
}

/* The serial in a text of the record, or JOIN_UNITS_MAX. */
static size_t serial_in(struct cm_slice text) {
    for (size_t i = 0; i + CODE_LEN <= text.len; i++) {
        uint64_t serial = JOIN_UNITS_MAX;
        if (text.p[i] == 'C' &&
            text_u64(slice_of(text.p + i + 1, CODE_LEN - 1), JOIN_UNITS_MAX, &serial) == CM_OK)
            return (size_t)serial;
    }
    return JOIN_UNITS_MAX;
}

void join_judge(struct join *j) {
    const struct record *record = j->printer->record;
    /* A counter or a print message that is wrong deceives any driver. */
    const bool lies = j->plan.faults != NULL && (strstr(j->plan.faults, "skip") != NULL ||
                                                 strstr(j->plan.faults, "unsolicited") != NULL);
    bool paper[JOIN_UNITS_MAX + 1] = {false};
    assert_int_equal(record_duplicates(record, 1u << RECORD_TAKEN), 0);
    for (size_t i = 0; i < record_n(record); i++)
        if ((RECORD_ON_PAPER & 1u << record_at(record, i).event) != 0)
            paper[serial_in(record_at(record, i).text)] = true;
    for (size_t i = 0; i < j->given; i++) {
        const uint64_t void_able = 1u << FATE_UNSENT | 1u << FATE_REFUSED | 1u << FATE_CLEARED;
        if ((j->fates[i] & void_able) != 0 && paper[i])
            fail_msg("%s, seed %u: unit %zu is on paper", j->plan.grammar, (unsigned)j->plan.seed,
                     i);
        if (j->fates[i] == 1u << FATE_PRINTED && !paper[i] && !lies)
            fail_msg("%s, seed %u: unit %zu is not on paper", j->plan.grammar,
                     (unsigned)j->plan.seed, i);
    }
}

static bool is_done(const struct join *j) {
    if (j->given < j->plan.units) return false;
    return !j->plan.finish || driver_in_flight(j->driver) == 0;
}

void join_run(struct join *j, const struct join_plan *plan) {
    join_open(j, plan);
    const uint64_t limit_us = j->now_us + plan->limit_ms * 1000;
    while (j->now_us < limit_us && driver_state(j->driver) != DRIVER_STOPPED) {
        join_step(j);
        if (driver_state(j->driver) == DRIVER_HELD) driver_resume(j->driver, j->now_us);
        if (is_done(j) && !j->stopping) driver_stop(j->driver, j->now_us);
        j->stopping |= is_done(j);
    }
    driver_abandon(j->driver, j->now_us);
    take_reports(j);
    join_judge(j);
}
