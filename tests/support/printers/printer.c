/* Links, answers and faults of an emulated printer. References as in printer.h. */
#include "support/printers/printer.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "support/must.h"
#include "support/printers/escape.h"
#include "support/splitmix.h"

#define US_PER_MS    1000u
#define SPLIT_GAP_US 300u   /* between two bytes of a split answer: a reader sees them apart */
#define IN_MOST      65536u /* bytes of one client that wait */

/* ---- Its life ------------------------------------------------------------------------------- */

/* Whether a word stands in a list of words that commas separate. */
static bool listed(const char *list, struct cm_slice word) {
    while (list != NULL && *list != '\0') {
        const size_t len = strcspn(list, ",");
        if (slice_equal(slice_of(list, len), word)) return true;
        list += len + (list[len] == ',');
    }
    return false;
}

bool printer_has_quirk(const struct printer *p, const char *name) {
    return listed(p->o.quirks, slice_text(name));
}

struct cm_slice printer_field(const struct printer *p, size_t i) {
    const char *list = p->o.fields;
    for (; i > 0 && *list != '\0'; i--) {
        list += strcspn(list, ",");
        list += *list == ',';
    }
    return slice_of(list, strcspn(list, ","));
}

static cm_err check_quirks(const struct printer *p, struct cm_diag *diag) {
    const char *asked = p->o.quirks == NULL ? "" : p->o.quirks;
    while (*asked != '\0') {
        const size_t len = strcspn(asked, ",");
        if (!listed(p->grammar->quirks, slice_of(asked, len)))
            return diag_fail(diag, CM_E_ARGUMENT, "quirk", NULL, NULL, "%s knows these: %s",
                             p->grammar->name, p->grammar->quirks);
        asked += len + (asked[len] == ',');
    }
    return CM_OK;
}

cm_err printer_new(const struct printer_options *o, struct printer **out, struct cm_diag *diag) {
    CM_CLEANUP(printer_freep) struct printer *p = must_calloc(1, sizeof *p);
    p->o = *o;
    p->grammar = o->grammar;
    if (p->o.depth == 0) p->o.depth = o->grammar->depth;
    if (p->o.fields == NULL) p->o.fields = "code";
    p->own = must_calloc(1, o->grammar->own_len + 1);
    p->total = o->total;
    p->rng = o->seed;
    p->idle = true;
    p->empty_repeats = o->grammar->repeats_empty;
    TRY(check_quirks(p, diag));
    TRY(fault_parse(o->faults, o->faults_name == NULL ? "faults" : o->faults_name, &p->script,
                    diag));
    TRY(record_open(o->record_path, o->keep_record, &p->record, diag));
    if (p->grammar->begin != NULL) TRY(p->grammar->begin(p, diag));
    *out = take(&p);
    return CM_OK;
}

void printer_free(struct printer *p) {
    if (p == NULL) return;
    if (p->grammar->end != NULL) p->grammar->end(p);
    for (unsigned i = 0; i < PRINTER_LINKS; i++) {
        buffer_free(&p->links[i].in);
        buffer_free(&p->links[i].held);
        outbox_free(&p->links[i].out);
    }
    item_free(&p->current);
    item_free(&p->last);
    fault_script_free(&p->script);
    record_close(p->record);
    free(p->own);
    free(p);
}

void printer_freep(struct printer **p) { printer_free(*p); }

/* ---- Faults --------------------------------------------------------------------------------- */

static void reset_links(struct printer *p) {
    if (p->serving != NULL) {
        p->serving->reset = true;
        return;
    }
    for (unsigned i = 0; i < PRINTER_LINKS; i++)
        p->links[i].reset = p->links[i].open;
}

void printer_fault(struct printer *p, const struct fault *f) {
    record_add(p->record, p->now_us, RECORD_FAULT, slice_text(fault_name(f->what)));
    if (f->what < FAULT_RESET) p->reply_faults[f->what] = f;
    if (f->what == FAULT_RESET) reset_links(p);
    press_fault(p, f);
}

void printer_moment(struct printer *p, enum fault_moment moment) {
    const uint64_t n = ++p->moments[moment];
    for (size_t i = 0; i < p->script.n; i++) {
        const struct fault *f = &p->script.faults[i];
        if (f->moment != moment) continue;
        if (f->random ? splitmix_next(&p->rng) % f->n == 0 : f->n == n) printer_fault(p, f);
    }
}

/* ---- Answers -------------------------------------------------------------------------------- */

void printer_say(struct printer *p, struct link *l, struct cm_slice bytes) {
    if (l->open && !l->reset) outbox_put(&l->out, p->now_us, bytes);
}

static void say_unsolicited(struct printer *p, struct link *l, const struct fault *f) {
    struct buffer text = BUFFER_INIT;
    if (f->text.len > 0)
        buffer_put(&text, f->text.p, f->text.len);
    else
        cm_ignore(escape_parse(slice_text(p->grammar->unsolicited), &text)); /* our own text */
    outbox_put(&l->out, p->now_us, buffer_slice(&text));
    buffer_free(&text);
}

static void send_split(struct link *l, uint64_t due_us, struct cm_slice bytes) {
    for (size_t i = 0; i < bytes.len; i++)
        outbox_put(&l->out, due_us + i * SPLIT_GAP_US, slice_of(bytes.p + i, 1));
}

void printer_reply(struct printer *p, struct link *l, struct cm_slice bytes) {
    printer_moment(p, FAULT_AT_REPLY);
    if (!l->open || l->reset) return;
    const struct fault *armed[FAULT_RESET];
    memcpy(armed, p->reply_faults, sizeof armed);
    memset(p->reply_faults, 0, sizeof p->reply_faults);
    if (armed[FAULT_UNSOLICITED] != NULL) say_unsolicited(p, l, armed[FAULT_UNSOLICITED]);
    if (armed[FAULT_NO_REPLY] != NULL) return;
    buffer_put(&l->held, bytes.p, bytes.len);
    if (armed[FAULT_JOIN] != NULL) return; /* it leaves with the next one */
    const uint64_t wait_us = armed[FAULT_LATE] == NULL ? 0 : armed[FAULT_LATE]->ms * US_PER_MS;
    if (armed[FAULT_SPLIT] != NULL)
        send_split(l, p->now_us + wait_us, buffer_slice(&l->held));
    else
        outbox_put(&l->out, p->now_us + wait_us, buffer_slice(&l->held));
    buffer_clear(&l->held);
}

void printer_took(struct printer *p, const struct item *i) {
    record_add(p->record, p->now_us, RECORD_TAKEN, buffer_slice(&i->text));
    printer_moment(p, FAULT_AT_ITEM);
}

void printer_drop(struct printer *p, struct fifo *f, enum record_event event) {
    struct item i = {.text = BUFFER_INIT};
    while (f->n > 0) {
        fifo_pop(f, &i);
        record_add(p->record, p->now_us, event, buffer_slice(&i.text));
    }
    item_free(&i);
}

/* ---- Links ---------------------------------------------------------------------------------- */

struct link *printer_connect(struct printer *p, uint64_t now_us) {
    printer_tick(p, now_us);
    if (printer_is_stopped(p, STOP_OFF)) return NULL;
    for (unsigned i = 0; i < PRINTER_LINKS; i++) {
        struct link *l = &p->links[i];
        if (l->open) continue;
        l->open = true;
        l->reset = false;
        l->marks = 0;
        p->serving = l;
        printer_moment(p, FAULT_AT_CONNECT);
        p->serving = NULL;
        return l;
    }
    return NULL;
}

void printer_disconnect(struct link *l) {
    l->open = l->reset = false;
    l->eaten = 0;
    buffer_clear(&l->in);
    buffer_clear(&l->held);
    outbox_clear(&l->out);
}

static void serve(struct printer *p, struct link *l) {
    p->serving = l;
    if (!l->reset && !printer_is_stopped(p, STOP_OFF)) p->grammar->hear(p, l);
    p->serving = NULL;
    const size_t rest = l->in.len - l->eaten;
    if (l->eaten > 0 && rest > 0) memmove(l->in.p, l->in.p + l->eaten, rest);
    l->in.len = rest;
    l->eaten = 0;
}

void printer_hear(struct printer *p, struct link *l, struct cm_slice bytes, uint64_t now_us) {
    p->now_us = now_us;
    press_run(p);
    buffer_put(&l->in, bytes.p, bytes.len);
    if (l->in.failed) abort();
    printer_tick(p, now_us);
}

bool printer_is_full(const struct link *l) { return l->in.len >= IN_MOST; }

/* What waits on the links may now find room: serve, print, and again while that changes a thing. */
void printer_tick(struct printer *p, uint64_t now_us) {
    p->now_us = now_us;
    press_run(p);
    for (unsigned i = 0; i < PRINTER_LINKS; i++) {
        struct link *l = &p->links[i];
        size_t before = l->in.len + 1;
        while (l->open && l->in.len > 0 && l->in.len < before) {
            before = l->in.len;
            serve(p, l);
            press_run(p);
        }
    }
}

uint64_t printer_wakes_us(const struct printer *p) {
    uint64_t at = p->busy ? p->done_us : UINT64_MAX;
    for (unsigned c = 0; c < STOP_N; c++)
        if (printer_is_stopped(p, (enum stop)c) && p->until_us[c] < at) at = p->until_us[c];
    for (unsigned i = 0; i < PRINTER_LINKS; i++) {
        const struct link *l = &p->links[i];
        if (!l->open || outbox_empty(&l->out)) continue;
        const uint64_t due_us = outbox_due_us(&l->out);
        if (due_us < at) at = due_us;
    }
    return at;
}

void printer_products(struct printer *p, uint64_t n) {
    p->products += n;
    printer_tick(p, p->now_us);
    p->products = 0; /* products that found nothing have passed */
}
