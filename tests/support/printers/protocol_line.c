/* The grammar whose rules are data (delivery model as the data says; C with its single slot in the
 * protocols that come with it). References as in protocol.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "support/printers/grammars.h"
#include "support/printers/protocol.h"

#define FIELDS     16u /* of the slot */
#define VARIABLES  16u
#define NUMBER_CAP 24u
#define SUM_LEN    2u /* hex digits */

struct named {
    struct buffer name, value;
};

struct line {
    const struct protocol *rules;
    struct named fields[FIELDS], variables[VARIABLES];
    size_t field_n, variable_n;
    struct fifo queue;
    bool fresh, halted;
};

/* The request that is being answered. */
struct asked {
    struct link *l;
    struct rule_catch catches[PROTOCOL_CATCHES];
    size_t n;
    char sum[SUM_LEN + 1];
};

static struct line *own(struct printer *p) { return p->own; }

/* ---- Names ---------------------------------------------------------------------------------- */

static struct named *find(struct named *in, size_t n, struct cm_slice name) {
    for (size_t i = 0; i < n; i++)
        if (slice_equal(buffer_slice(&in[i].name), name)) return &in[i];
    return NULL;
}

static void put(struct named *in, size_t *n, size_t most, struct cm_slice name,
                struct cm_slice value) {
    struct named *to = find(in, *n, name);
    if (to == NULL && *n == most) return;
    if (to == NULL) {
        to = &in[(*n)++];
        buffer_clear(&to->name);
        buffer_put(&to->name, name.p, name.len);
    }
    buffer_clear(&to->value);
    buffer_put(&to->value, value.p, value.len);
}

static const struct buffer *state_text(struct printer *p) {
    const struct line *w = own(p);
    const unsigned faults = 1u << STOP_PAPER_OUT | 1u << STOP_RIBBON_OUT | 1u << STOP_HEAD_OPEN;
    enum rule_state s = w->field_n == 0 && w->queue.n == 0 ? RULE_IDLE : RULE_RUNNING;
    if (w->halted) s = RULE_STOPPED;
    if ((p->stops & faults) != 0) s = RULE_FAULT;
    if (printer_is_stopped(p, STOP_MENU)) s = RULE_MENU;
    return &w->rules->states[s];
}

static bool put_builtin(struct printer *p, const struct asked *a, struct cm_slice name,
                        struct buffer *to) {
    if (slice_equal(name, slice_text("total")))
        buffer_printf(to, "%" PRIu64, p->total);
    else if (slice_equal(name, slice_text("count")))
        buffer_printf(to, "%" PRIu64, p->batch);
    else if (slice_equal(name, slice_text("queued")))
        buffer_printf(to, "%zu", own(p)->queue.n);
    else if (slice_equal(name, slice_text("sum")))
        buffer_text(to, a->sum);
    else if (slice_equal(name, slice_text("state")))
        buffer_put(to, state_text(p)->p, state_text(p)->len);
    else
        return false;
    return true;
}

static bool put_name(struct printer *p, const struct asked *a, struct cm_slice name,
                     struct buffer *to) {
    struct line *w = own(p);
    for (size_t i = 0; i < a->n; i++) {
        if (!slice_equal(a->catches[i].name, name)) continue;
        buffer_put(to, a->catches[i].text.p, a->catches[i].text.len);
        return true;
    }
    const struct named *variable = find(w->variables, w->variable_n, name);
    if (variable == NULL) return put_builtin(p, a, name, to);
    buffer_put(to, variable->value.p, variable->value.len);
    return true;
}

/* <name> or <=name>, without its brackets. */
static bool put_reference(struct printer *p, const struct asked *a, struct cm_slice name,
                          struct buffer *to) {
    struct line *w = own(p);
    if (name.len == 0 || name.p[0] != '=') return put_name(p, a, name, to);
    CM_CLEANUP(buffer_free) struct buffer field = BUFFER_INIT;
    if (!put_name(p, a, slice_of(name.p + 1, name.len - 1), &field)) return false;
    const struct named *found = find(w->fields, w->field_n, buffer_slice(&field));
    if (found == NULL) return false;
    buffer_put(to, found->value.p, found->value.len);
    return true;
}

/* Write a text with its references replaced; false when one of them is not there. */
static bool expand(struct printer *p, const struct asked *a, const struct buffer *text,
                   struct buffer *to) {
    for (size_t i = 0; i < text->len; i++) {
        const uint8_t *close = text->p[i] == '<' ? memchr(text->p + i, '>', text->len - i) : NULL;
        if (close == NULL) {
            buffer_u8(to, text->p[i]);
            continue;
        }
        const size_t len = (size_t)(close - text->p) - i - 1;
        if (!put_reference(p, a, slice_of(text->p + i + 1, len), to)) return false;
        i += len + 1;
    }
    return true;
}

/* ---- Acting --------------------------------------------------------------------------------- */

static void say(struct printer *p, const struct asked *a, const struct buffer *text) {
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    if (expand(p, a, text, &b)) printer_reply(p, a->l, buffer_slice(&b));
}

static bool forbidden(const struct protocol *r, struct cm_slice value) {
    for (size_t i = 0; i < value.len; i++)
        if (r->forbid.len > 0 && memchr(r->forbid.p, value.p[i], r->forbid.len) != NULL)
            return true;
    return value.len == 0;
}

static void slot_text(const struct line *w, struct item *to) {
    item_clear(to);
    for (size_t i = 0; i < w->field_n; i++)
        item_field(to, buffer_slice(&w->fields[i].name), buffer_slice(&w->fields[i].value));
}

/* What waits in the slot meets the event; nothing waits there then. */
static void give_up(struct printer *p, enum record_event event) {
    struct line *w = own(p);
    struct item slot = {.text = BUFFER_INIT};
    slot_text(w, &slot);
    if (w->fresh) record_add(p->record, p->now_us, event, buffer_slice(&slot.text));
    w->fresh = false;
    item_free(&slot);
}

static bool take_unit(struct printer *p, struct cm_slice name, struct cm_slice value) {
    struct line *w = own(p);
    if (forbidden(w->rules, value)) return false;
    if (!w->rules->slot) {
        if (w->queue.n >= p->o.depth) return false;
        struct item *i = fifo_push(&w->queue);
        item_field(i, name, value);
        printer_took(p, i);
        return true;
    }
    give_up(p, RECORD_CLEARED);
    put(w->fields, &w->field_n, FIELDS, name, value);
    w->fresh = true;
    struct item slot = {.text = BUFFER_INIT};
    slot_text(w, &slot);
    printer_took(p, &slot);
    item_free(&slot);
    return true;
}

/* One action; false when the request is refused. */
static bool do_one(struct printer *p, const struct asked *a, const struct rule_action *action) {
    struct line *w = own(p);
    CM_CLEANUP(buffer_free) struct buffer name = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer value = BUFFER_INIT;
    (void)(expand(p, a, &action->name, &name) && expand(p, a, &action->value, &value));
    switch (action->act) {
    case RULE_TAKE: return take_unit(p, buffer_slice(&name), buffer_slice(&value));
    case RULE_SET:
        put(w->variables, &w->variable_n, VARIABLES, buffer_slice(&name), buffer_slice(&value));
        break;
    case RULE_SAY: printer_reply(p, a->l, buffer_slice(&value)); break;
    case RULE_ACK: say(p, a, &w->rules->ack); break;
    case RULE_CLEAR:
        printer_drop(p, &w->queue, RECORD_CLEARED);
        give_up(p, RECORD_CLEARED);
        w->field_n = 0;
        break;
    case RULE_ZERO: p->batch = 0; break;
    case RULE_RUN: w->halted = false; break;
    case RULE_HALT: w->halted = true; break;
    case RULE_REFUSE:
    case RULE_ACT_N:
    default: return false;
    }
    return true;
}

/* Whether all that the rule's texts name is there. */
static bool applies(struct printer *p, const struct asked *a, const struct rule *r) {
    CM_CLEANUP(buffer_free) struct buffer scratch = BUFFER_INIT;
    for (size_t i = 0; i < r->n; i++)
        if (!expand(p, a, &r->actions[i].name, &scratch) ||
            !expand(p, a, &r->actions[i].value, &scratch))
            return false;
    return true;
}

static void act(struct printer *p, struct asked *a, struct cm_slice body) {
    const struct protocol *rules = own(p)->rules;
    const struct rule *rule = NULL;
    const bool heard = !printer_is_stopped(p, STOP_MENU);
    for (size_t i = 0; heard && rule == NULL && i < rules->n; i++) {
        const struct rule *r = &rules->rules[i];
        if (protocol_matches(buffer_slice(&r->pattern), body, a->catches, &a->n) &&
            applies(p, a, r))
            rule = r;
    }
    bool ok = rule != NULL;
    for (size_t i = 0; ok && i < rule->n; i++)
        ok = do_one(p, a, &rule->actions[i]);
    if (!ok) say(p, a, &rules->refuse);
}

/* ---- Frames --------------------------------------------------------------------------------- */

static void sum_text(const struct protocol *r, struct cm_slice body, char out[SUM_LEN + 1]) {
    unsigned sum = 0;
    for (size_t i = 0; i < body.len; i++)
        sum = r->checksum == RULE_XOR8 ? sum ^ body.p[i] : sum + body.p[i];
    (void)snprintf(out, SUM_LEN + 1, "%02X", sum & 0xFFu);
}

static void frame(struct printer *p, struct link *l, struct cm_slice body) {
    const struct protocol *r = own(p)->rules;
    struct asked a = {.l = l};
    if (r->checksum == RULE_PLAIN) {
        sum_text(r, body, a.sum);
        act(p, &a, body);
        return;
    }
    const size_t len = body.len < SUM_LEN ? 0 : body.len - SUM_LEN;
    sum_text(r, slice_of(body.p, len), a.sum);
    if (body.len >= SUM_LEN && memcmp(body.p + len, a.sum, SUM_LEN) == 0)
        act(p, &a, slice_of(body.p, len));
    else
        say(p, &a, &r->refuse);
}

static const uint8_t *seek(struct cm_slice in, const struct buffer *what) {
    return in.len == 0 ? NULL : memmem(in.p, in.len, what->p, what->len);
}

static void hear(struct printer *p, struct link *l) {
    const struct protocol *r = own(p)->rules;
    for (;;) {
        struct cm_slice rest = link_rest(l);
        if (rest.len < r->start.len) return;
        if (r->start.len > 0 && memcmp(rest.p, r->start.p, r->start.len) != 0) {
            link_eat(l, 1); /* between requests nothing means anything */
            continue;
        }
        rest = slice_of(rest.p + r->start.len, rest.len - r->start.len);
        const uint8_t *end = seek(rest, &r->end);
        if (end == NULL) return;
        const size_t len = (size_t)(end - rest.p);
        link_eat(l, r->start.len + len + r->end.len);
        frame(p, l, slice_of(rest.p, len));
    }
}

/* ---- The body ------------------------------------------------------------------------------- */

static cm_err begin(struct printer *p, struct cm_diag *diag) {
    struct line *w = own(p);
    w->rules = p->o.grammar_data;
    if (w->rules == NULL)
        return diag_fail(diag, CM_E_ARGUMENT, "raw", NULL, "give a protocol file",
                         "this grammar needs its protocol");
    if (p->o.depth == 0) p->o.depth = (size_t)w->rules->depth;
    p->empty_repeats = w->rules->slot;
    return CM_OK;
}

static void end(struct printer *p) {
    struct line *w = own(p);
    for (size_t i = 0; i < FIELDS; i++) {
        buffer_free(&w->fields[i].name);
        buffer_free(&w->fields[i].value);
    }
    for (size_t i = 0; i < VARIABLES; i++) {
        buffer_free(&w->variables[i].name);
        buffer_free(&w->variables[i].value);
    }
    fifo_free(&w->queue);
}

static void power(struct printer *p, bool kept) {
    struct line *w = own(p);
    w->variable_n = 0;
    w->halted = false;
    if (kept) return;
    printer_drop(p, &w->queue, RECORD_LOST);
    give_up(p, RECORD_LOST);
    w->field_n = 0;
}

static enum supply next(struct printer *p, struct item *to) {
    struct line *w = own(p);
    if (w->halted) return SUPPLY_STOPPED;
    if (!w->rules->slot) {
        if (w->queue.n == 0) return SUPPLY_EMPTY;
        fifo_pop(&w->queue, to);
        return SUPPLY_ITEM;
    }
    if (w->field_n == 0) return SUPPLY_STOPPED;
    if (!w->fresh) return SUPPLY_EMPTY;
    w->fresh = false;
    slot_text(w, to);
    return SUPPLY_ITEM;
}

static size_t held(const struct printer *p) {
    const struct line *w = p->own;
    return w->rules->slot ? w->fresh : w->queue.n;
}

static void done(struct printer *p) {
    struct line *w = own(p);
    const struct protocol *r = w->rules;
    if (r->printed.len == 0) return;
    const struct named *on = find(w->variables, w->variable_n, buffer_slice(&r->printed_when));
    const bool asked = on != NULL && slice_equal(buffer_slice(&on->value), slice_text("1"));
    if (r->printed_when.len > 0 && !asked) return;
    for (unsigned i = 0; i < PRINTER_LINKS; i++)
        printer_say(p, &p->links[i], buffer_slice(&r->printed));
}

const struct grammar grammar_raw = {
    .name = "raw",
    .summary = "any line protocol, from a file of rules (--protocol)",
    .quirks = "",
    .unsolicited = "\\x1c",
    .own_len = sizeof(struct line),
    .begin = begin,
    .end = end,
    .hear = hear,
    .next = next,
    .done = done,
    .power = power,
    .held = held,
};
