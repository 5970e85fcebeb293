/* Conversations, step by step. References as in transcript.h. */
#include "support/printers/transcript.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "support/printers/escape.h"
#include "support/printers/grammars.h"
#include "support/printers/protocol.h"

#define FILE_MOST   1048576u
#define NUMBER_MOST 1000000000u
#define FAULTS_MOST 16u
#define TEXT_CAP    96u
#define PATH_CAP    4096u
#define US_PER_MS   1000u

struct replay {
    const char *protocols;
    struct printer_options options;
    char fields[TEXT_CAP], quirks[TEXT_CAP];
    struct protocol *rules;
    struct printer *printer;
    struct link *link;
    struct buffer got; /* said by the printer, not yet expected */
    size_t noted;      /* record entries compared */
    struct fault_script faults[FAULTS_MOST];
    size_t fault_n;
    uint64_t now_us;
};

static void replay_end(struct replay *r) {
    printer_free(r->printer);
    protocol_free(r->rules);
    buffer_free(&r->got);
    for (size_t i = 0; i < r->fault_n; i++)
        fault_script_free(&r->faults[i]);
}

static cm_err mismatch(struct cm_diag *diag, const char *what, struct cm_slice want,
                       struct cm_slice got) {
    CM_CLEANUP(buffer_free) struct buffer a = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    escape_put(&a, want, "");
    escape_put(&b, got, "");
    return diag_fail(diag, CM_E_CONFLICT, NULL, NULL, NULL, "%s: want '%.*s', got '%.*s'", what,
                     (int)a.len, a.len == 0 ? "" : (const char *)a.p, (int)b.len,
                     b.len == 0 ? "" : (const char *)b.p);
}

/* ---- The printer ---------------------------------------------------------------------------- */

static void collect(struct replay *r) {
    for (;;) {
        const struct cm_slice piece = outbox_next(&r->link->out, r->now_us);
        if (piece.len == 0) return;
        buffer_put(&r->got, piece.p, piece.len);
        outbox_left(&r->link->out, piece.len);
    }
}

/* The printer comes to life with the first step that is no option. */
static cm_err wake(struct replay *r, struct cm_diag *diag) {
    if (r->printer == NULL) {
        if (r->options.grammar == NULL)
            return diag_fail(diag, CM_E_FORMAT, NULL, NULL, NULL, "no grammar is named");
        r->options.keep_record = r->options.manual = true;
        r->options.fields = r->fields[0] == '\0' ? NULL : r->fields;
        r->options.quirks = r->quirks[0] == '\0' ? NULL : r->quirks;
        TRY(printer_new(&r->options, &r->printer, diag));
    }
    if (r->link != NULL && r->link->reset) {
        printer_disconnect(r->link);
        r->link = NULL;
    }
    if (r->link == NULL) r->link = printer_connect(r->printer, r->now_us);
    return r->link == NULL ? CM_E_STATE : CM_OK;
}

/* ---- Steps ---------------------------------------------------------------------------------- */

static cm_err step_grammar(struct replay *r, struct cm_slice rest, struct cm_diag *diag) {
    char name[TEXT_CAP] = "";
    text_append(name, sizeof name, "%.*s", (int)rest.len, (const char *)rest.p);
    r->options.grammar = grammar_named(name);
    if (r->options.grammar == NULL)
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, NULL, "no such grammar");
    return CM_OK;
}

static cm_err step_protocol(struct replay *r, struct cm_slice rest, struct cm_diag *diag) {
    char path[PATH_CAP] = "";
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    text_append(path, sizeof path, "%s/%.*s", r->protocols, (int)rest.len, (const char *)rest.p);
    TRY(file_read(path, FILE_MOST, &text, diag));
    TRY(protocol_parse(buffer_slice(&text), path, &r->rules, diag));
    r->options.grammar_data = r->rules;
    return CM_OK;
}

static cm_err step_option(struct replay *r, struct cm_slice rest, struct cm_diag *diag) {
    size_t len = 0;
    while (len < rest.len && rest.p[len] != ' ')
        len++;
    const struct cm_slice key = slice_of(rest.p, len);
    if (len == rest.len) return CM_E_FORMAT;
    const struct cm_slice value = slice_of(rest.p + len + 1, rest.len - len - 1);
    uint64_t number = 0;
    const cm_err err = text_u64(value, NUMBER_MOST, &number);
    if (slice_equal(key, slice_text("fields")))
        text_append(r->fields, sizeof r->fields, "%.*s", (int)value.len, (const char *)value.p);
    else if (slice_equal(key, slice_text("quirks")))
        text_append(r->quirks, sizeof r->quirks, "%.*s", (int)value.len, (const char *)value.p);
    else if (slice_equal(key, slice_text("total")) && err == CM_OK)
        r->options.total = number;
    else if (slice_equal(key, slice_text("depth")) && err == CM_OK)
        r->options.depth = (size_t)number;
    else if (slice_equal(key, slice_text("rate")) && err == CM_OK)
        r->options.rate_per_minute = number;
    else
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, NULL, "no such option");
    return CM_OK;
}

static cm_err nothing_unread(struct replay *r, struct cm_diag *diag) {
    if (r->link != NULL) collect(r);
    if (r->got.len == 0) return CM_OK;
    return mismatch(diag, "unexpected answer", slice_of(NULL, 0), buffer_slice(&r->got));
}

static cm_err step_send(struct replay *r, struct cm_slice rest, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer bytes = BUFFER_INIT;
    TRY(nothing_unread(r, diag));
    TRY(escape_parse(rest, &bytes));
    printer_hear(r->printer, r->link, buffer_slice(&bytes), r->now_us);
    return CM_OK;
}

static cm_err step_expect(struct replay *r, struct cm_slice rest, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer want = BUFFER_INIT;
    TRY(escape_parse(rest, &want));
    collect(r);
    if (r->got.len < want.len || !slice_equal(slice_of(r->got.p, want.len), buffer_slice(&want)))
        return mismatch(diag, "answer", buffer_slice(&want), buffer_slice(&r->got));
    memmove(r->got.p, r->got.p + want.len, r->got.len - want.len);
    r->got.len -= want.len;
    return CM_OK;
}

static cm_err step_print(struct replay *r, struct cm_slice rest, struct cm_diag *diag) {
    (void)diag;
    uint64_t n = 0;
    TRY(text_u64(rest, NUMBER_MOST, &n));
    printer_products(r->printer, n);
    return CM_OK;
}

static cm_err step_wait(struct replay *r, struct cm_slice rest, struct cm_diag *diag) {
    (void)diag;
    uint64_t ms = 0;
    TRY(text_u64(rest, NUMBER_MOST, &ms));
    r->now_us += ms * US_PER_MS;
    printer_tick(r->printer, r->now_us);
    return CM_OK;
}

static cm_err step_fault(struct replay *r, struct cm_slice rest, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer line = BUFFER_INIT;
    if (r->fault_n == FAULTS_MOST) return CM_E_LIMIT;
    buffer_text(&line, "at item 1 ");
    buffer_put(&line, rest.p, rest.len);
    TRY(fault_parse(buffer_slice(&line), "fault", &r->faults[r->fault_n], diag));
    printer_fault(r->printer, &r->faults[r->fault_n++].faults[0]);
    return CM_OK;
}

static cm_err step_mend(struct replay *r, struct cm_slice rest, struct cm_diag *diag) {
    (void)rest;
    (void)diag;
    printer_mend(r->printer);
    return CM_OK;
}

static cm_err step_noted(struct replay *r, struct cm_slice rest, struct cm_diag *diag) {
    const struct record *record = r->printer->record;
    struct record_entry e = {.event = RECORD_TAKEN};
    while (r->noted < record_n(record) && (e.event == RECORD_TAKEN || e.event == RECORD_FAULT))
        e = record_at(record, r->noted++);
    CM_CLEANUP(buffer_free) struct buffer got = BUFFER_INIT;
    if (e.event != RECORD_TAKEN && e.event != RECORD_FAULT) {
        buffer_printf(&got, "%s ", record_event_name(e.event));
        buffer_put(&got, e.text.p, e.text.len);
    }
    return slice_equal(buffer_slice(&got), rest)
               ? CM_OK
               : mismatch(diag, "record", rest, buffer_slice(&got));
}

/* ---- The file ------------------------------------------------------------------------------- */

static cm_err step(struct replay *r, struct cm_slice line, struct cm_diag *diag) {
    static const struct {
        const char *name;
        bool asleep; /* the printer is not needed */
        cm_err (*act)(struct replay *r, struct cm_slice rest, struct cm_diag *diag);
    } steps[] = {
        {"grammar", true, step_grammar}, {"protocol", true, step_protocol},
        {"option", true, step_option},   {">", false, step_send},
        {"<", false, step_expect},       {"print", false, step_print},
        {"wait", false, step_wait},      {"fault", false, step_fault},
        {"mend", false, step_mend},      {"=", false, step_noted},
    };
    size_t len = 0;
    while (len < line.len && line.p[len] != ' ')
        len++;
    const struct cm_slice name = slice_of(line.p, len);
    const size_t eaten = len < line.len ? len + 1 : len;
    const struct cm_slice rest = slice_of(line.p + eaten, line.len - eaten);
    for (size_t i = 0; i < CM_ARRAY_N(steps); i++) {
        if (!slice_equal(name, slice_text(steps[i].name))) continue;
        if (!steps[i].asleep) TRY(wake(r, diag));
        return steps[i].act(r, rest, diag);
    }
    return diag_fail(diag, CM_E_FORMAT, NULL, NULL, NULL, "no such step");
}

static cm_err replay_lines(struct replay *r, struct cm_slice text, unsigned *number,
                           struct cm_diag *diag) {
    for (*number = 1; text.len > 0; ++*number) {
        const uint8_t *newline = memchr(text.p, '\n', text.len);
        const size_t len = newline == NULL ? text.len : (size_t)(newline - text.p);
        const struct cm_slice line = slice_of(text.p, len);
        const size_t eaten = newline == NULL ? len : len + 1;
        text = slice_of(text.p + eaten, text.len - eaten);
        if (line.len > 0 && line.p[0] != '#') TRY(step(r, line, diag));
    }
    return nothing_unread(r, diag);
}

cm_err transcript_replay(const char *path, const char *protocols, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    CM_CLEANUP(replay_end) struct replay r = {.protocols = protocols};
    unsigned number = 0;
    char place[TEXT_CAP];
    TRY(file_read(path, FILE_MOST, &text, diag));
    const cm_err err = replay_lines(&r, buffer_slice(&text), &number, diag);
    (void)snprintf(place, sizeof place, "line %u", number);
    if (err != CM_OK) diag_locate(diag, path, place);
    return err;
}
