/* A client for tests. References as in talk.h. */
#include "talk.h"

#include <string.h>

#include "base/file.h"
#include "support/cm.h"

#define PROTOCOLS CM_SOURCE_DIR "/tests/support/printers/protocols/"
#define PATH_CAP  1024u
#define FILE_MOST 65536u
#define US_PER_MS 1000u

static void collect(struct talk *t) {
    buffer_clear(&t->got);
    t->pieces = 0;
    for (;;) {
        const struct cm_slice piece =
            t->link == NULL ? slice_of(NULL, 0) : outbox_next(&t->link->out, t->now_us);
        if (piece.len == 0) return;
        t->pieces++;
        buffer_put(&t->got, piece.p, piece.len);
        outbox_left(&t->link->out, piece.len);
    }
}

static void load_rules(struct talk *t, const char *name) {
    char path[PATH_CAP];
    struct buffer text = BUFFER_INIT;
    (void)snprintf(path, sizeof path, PROTOCOLS "%s.rules", name);
    assert_ok(file_read(path, FILE_MOST, &text, NULL));
    assert_ok(protocol_parse(buffer_slice(&text), name, &t->rules, NULL));
    buffer_free(&text);
}

void talk_open_with(struct talk *t, const char *grammar, struct printer_options o) {
    struct cm_diag diag = DIAG_INIT;
    char line[PATH_CAP];
    *t = (struct talk){.got = BUFFER_INIT};
    o.grammar = grammar_named(grammar);
    if (o.grammar == NULL) {
        load_rules(t, grammar);
        o.grammar = &grammar_raw;
        o.grammar_data = t->rules;
    }
    o.keep_record = true;
    o.manual = o.rate_per_minute == 0;
    const cm_err err = printer_new(&o, &t->printer, &diag);
    (void)diag_text(&diag, err, line, sizeof line);
    if (err != CM_OK) fail_msg("%s", line);
    t->link = printer_connect(t->printer, 0);
    assert_non_null(t->link);
}

void talk_open(struct talk *t, const char *grammar, const char *faults) {
    talk_open_with(t, grammar, (struct printer_options){.faults = slice_text(faults)});
}

void talk_close(struct talk *t) {
    printer_free(t->printer);
    protocol_free(t->rules);
    buffer_free(&t->got);
}

void talk_say(struct talk *t, const char *text) {
    printer_hear(t->printer, t->link, slice_text(text), t->now_us);
    collect(t);
}

void talk_wait(struct talk *t, uint64_t ms) {
    t->now_us += ms * US_PER_MS;
    printer_tick(t->printer, t->now_us);
    collect(t);
}

void talk_print(struct talk *t, uint64_t n) {
    printer_products(t->printer, n);
    collect(t);
}

const char *talk_got(struct talk *t) { return buffer_cstr(&t->got); }

void talk_again(struct talk *t) {
    printer_disconnect(t->link);
    t->link = printer_connect(t->printer, t->now_us);
    assert_non_null(t->link);
}

uint64_t talk_count(const struct talk *t, enum record_event event) {
    return record_count(t->printer->record, event);
}
