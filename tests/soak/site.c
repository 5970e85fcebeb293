/* References as in site.h. */
#include "soak/site.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "line/loop.h"
#include "support/cm.h"
#include "support/must.h"
#include "support/printers/grammars.h"
#include "support/printers/protocol.h"
#include "support/splitmix.h"

#define PATH_CAP   1024u
#define SCRIPT_CAP 4096u
#define RULES_MAX  65536u
#define WIRE_US    300u /* from us to a printer and back */
#define LINE_CAP   1024u

struct site {
    struct site_options o;
    struct printer *printer;
    struct protocol *rules;
    struct link *link; /* the emulator's */
    site_stir *stir;
    void *ctx;
    struct loop_timer wakes, product;
    bool drowning, drowned;
    uint64_t rng;
    char path[PATH_CAP];
    FILE *reader;
};

static uint64_t draw(struct site *s, uint64_t n) { return splitmix_next(&s->rng) % n; }

/* Every fault of the list, each with its odds. Printers whose counts deceive are apart:
 * what was skipped counts, nobody asked for a print message, or a copy of the printer's own making
 * stands in the counter for a label that was lost, so that the sums agree. */
static void write_script(const struct site_options *o, char out[static SCRIPT_CAP]) {
    static const char honest[] = "one-in reply 20000 no-reply\n"
                                 "one-in reply 20000 late 250\n"
                                 "one-in reply 40000 late 900\n"
                                 "one-in reply 900 split\n"
                                 "one-in reply 5000 join\n"
                                 "one-in reply 60000 reset\n"
                                 "one-in item 700 reset\n"
                                 "one-in connect 6 reset\n"
                                 "one-in item 1500 power keep for 20000\n"
                                 "one-in print 1500 power lose for 20000\n"
                                 "one-in print 600 paper-out for 60000\n"
                                 "one-in print 2500 paper-out\n"
                                 "one-in print 1500 ribbon-out for 90000\n"
                                 "one-in print 1500 head-open for 30000\n"
                                 "one-in item 1200 menu for 20000\n"
                                 "one-in item 8000 menu\n"
                                 "one-in item 400 stop-empty\n";
    static const char lies[] = "one-in item 20000 repeat-last\n"
                               "one-in print 2000 reprint\n"
                               "one-in print 1500 skip\n"
                               "one-in print 3000 skip counted\n"
                               "one-in reply 20000 unsolicited\n";
    (void)snprintf(out, SCRIPT_CAP, "%s%s", honest, o->lies ? lies : "");
}

static void read_rules(struct site *s, struct printer_options *p) {
    char path[PATH_CAP];
    struct buffer text = BUFFER_INIT;
    (void)snprintf(path, sizeof path, CM_SOURCE_DIR "/tests/support/printers/protocols/%s.rules",
                   s->o.grammar);
    assert_ok(file_read(path, RULES_MAX, &text, NULL));
    assert_ok(protocol_parse(buffer_slice(&text), s->o.grammar, &s->rules, NULL));
    buffer_free(&text);
    p->grammar = &grammar_raw;
    p->grammar_data = s->rules;
}

static void arm(struct site *s, uint64_t least_us);

static void woken(void *ctx) {
    struct site *s = ctx;
    printer_tick(s->printer, loop_now_us(s->o.loop));
    if (s->stir != NULL) s->stir(s->ctx);
    arm(s, 0);
}

/* When the printer, or what it has said, wants to be looked at. */
static void arm(struct site *s, uint64_t least_us) {
    uint64_t at_us = printer_wakes_us(s->printer);
    if (s->link != NULL && s->link->reset) at_us = 0;
    if (at_us == UINT64_MAX) {
        loop_timer_cancel(s->o.loop, &s->wakes);
        return;
    }
    loop_timer_at(s->o.loop, &s->wakes, at_us < least_us ? least_us : at_us, woken, s);
}

static void passes(void *ctx) {
    struct site *s = ctx;
    const uint64_t now_us = loop_now_us(s->o.loop);
    printer_tick(s->printer, now_us);
    printer_products(s->printer, 1);
    loop_timer_at(s->o.loop, &s->product, now_us + 60000000u / s->o.rate_per_minute, passes, s);
    arm(s, now_us);
}

struct site *site_new(const struct site_options *o) {
    struct site *s = must_calloc(1, sizeof *s);
    char script[SCRIPT_CAP];
    s->o = *o;
    s->rng = o->seed;
    write_script(o, script);
    (void)snprintf(s->path, sizeof s->path, "%s/record-%u", o->folder, o->index);
    struct printer_options p = {.grammar = grammar_named(o->grammar),
                                .faults = slice_text(script),
                                .record_path = s->path,
                                .rate_per_minute = o->slot ? 0 : o->rate_per_minute,
                                .manual = o->slot,
                                .seed = splitmix_next(&s->rng),
                                .total = 31084};
    if (p.grammar == NULL) read_rules(s, &p);
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = printer_new(&p, &s->printer, &diag);
    if (err != CM_OK) fail_msg("printer: %s: %s", diag.place, diag.problem);
    s->reader = fopen(s->path, "re");
    assert_non_null(s->reader);
    if (o->slot) passes(s);
    return s;
}

void site_free(struct site *s) {
    if (s == NULL) return;
    loop_timer_cancel(s->o.loop, &s->wakes);
    loop_timer_cancel(s->o.loop, &s->product);
    printer_free(s->printer);
    protocol_free(s->rules);
    (void)fclose(s->reader);
    free(s);
}

/* ---- The cable ------------------------------------------------------------------------------ */

bool site_connect(struct site *s, site_stir *stir, void *ctx) {
    s->link = printer_connect(s->printer, loop_now_us(s->o.loop));
    arm(s, 0);
    if (s->link == NULL) return false;
    s->stir = stir;
    s->ctx = ctx;
    return true;
}

void site_disconnect(struct site *s) {
    if (s->link != NULL) printer_disconnect(s->link);
    s->link = NULL;
    s->stir = NULL;
}

bool site_is_cut(const struct site *s) { return s->link == NULL || s->link->reset; }

static void carry(struct site *s, struct cm_slice bytes) {
    const uint64_t now_us = loop_now_us(s->o.loop);
    printer_hear(s->printer, s->link, bytes, now_us);
    if (s->o.twice && !s->link->reset && draw(s, 500) == 0)
        printer_hear(s->printer, s->link, bytes, now_us);
    arm(s, now_us + WIRE_US);
}

size_t site_hear(struct site *s, struct cm_slice bytes) {
    if (site_is_cut(s) || bytes.len == 0) return 0;
    if (s->drowned) return bytes.len;
    if (printer_is_full(s->link)) {
        arm(s, loop_now_us(s->o.loop) + WIRE_US);
        return 0;
    }
    const bool part = s->drowning || draw(s, 16) == 0;
    const size_t len = part ? (size_t)draw(s, bytes.len + 1) : bytes.len;
    if (len > 0) carry(s, slice_of(bytes.p, len));
    if (!s->drowning) return len;
    s->drowned = true;
    return bytes.len;
}

struct cm_slice site_next(struct site *s) {
    if (s->link == NULL) return slice_of(NULL, 0);
    return outbox_next(&s->link->out, loop_now_us(s->o.loop));
}

void site_left(struct site *s, size_t len) {
    if (s->link != NULL) outbox_left(&s->link->out, len);
}

void site_drown(struct site *s, bool drowning) {
    s->drowning = drowning;
    s->drowned = false;
}

void site_mend(struct site *s) {
    printer_tick(s->printer, loop_now_us(s->o.loop));
    printer_mend(s->printer);
    arm(s, loop_now_us(s->o.loop));
}

/* ---- Its record ----------------------------------------------------------------------------- */

static enum site_event event_named(struct cm_slice name) {
    for (unsigned e = 0; e < RECORD_EVENT_N; e++) {
        if (!slice_equal(name, slice_text(record_event_name((enum record_event)e)))) continue;
        if (e == RECORD_TAKEN) return SITE_TAKEN;
        return (RECORD_ON_PAPER & 1u << e) != 0 ? SITE_PAPER : SITE_OTHER;
    }
    fail_msg("a record with the event %.*s", (int)name.len, (const char *)name.p);
    return SITE_OTHER;
}

/* "N TIME EVENT code=TEXT" */
static void tell(struct site *s, char *line, site_met *met, void *ctx) {
    char *word = line;
    for (unsigned i = 0; i < 2 && word != NULL; i++) {
        word = strchr(word, ' ');
        if (word != NULL) word++;
    }
    char *text = word == NULL ? NULL : strchr(word, ' ');
    if (text == NULL) fail_msg("a record that cannot be read: %s", line);
    const enum site_event event = event_named(slice_of((uint8_t *)word, (size_t)(text - word)));
    char *code = strchr(text, '=');
    if (event == SITE_OTHER || code == NULL) return;
    code++;
    met(ctx, s->o.index, event, slice_of((uint8_t *)code, strcspn(code, "|\n")));
}

void site_drain(struct site *s, site_met *met, void *ctx) {
    char line[LINE_CAP];
    assert_ok(record_flush(s->printer->record));
    while (fgets(line, sizeof line, s->reader) != NULL)
        tell(s, line, met, ctx);
    /* It is appended to, so that it may be emptied behind its reader. */
    if (truncate(s->path, 0) != 0) fail_msg("the record %s cannot be emptied", s->path);
    rewind(s->reader);
}

uint64_t site_faults(const struct site *s) {
    return record_count(s->printer->record, RECORD_FAULT);
}

uint64_t site_copies(const struct site *s) {
    return record_count(s->printer->record, RECORD_REPRINTED) +
           record_count(s->printer->record, RECORD_REPEATED);
}
