/* Videojet 1000-line WSI (delivery model C: one slot; its counter is all there is to ask).
 * 02 TYPE DATA 03, answered $XX or !XX with XX the sum of what stood between. The slot stays as it
 * is and prints on every product. H, Z, K, T, P, L and B are agreed to and do nothing.
 * Source: reference section 4a (Videojet manual 462115-01) and the WSI transcript of section 8. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "support/printers/grammars.h"

#define STX          0x02u
#define ETX          0x03u
#define FIELDS       16u
#define DATA_MOST    50u /* characters of a field */
#define PLAIN_FIRST  0x20u
#define PLAIN_LAST   0x7Fu
#define ANSWER_CAP   32u
#define MESSAGE_MOST 64u

struct wsi {
    struct item names[FIELDS], data[FIELDS]; /* the slot, a field a row; text is raw */
    size_t n;
    struct buffer message;
    bool off;            /* O0 */
    bool fresh;          /* the slot was renewed since its last print */
    uint64_t products;   /* GB */
    uint64_t cleared_at; /* life total when RA came */
};

static struct wsi *own(struct printer *p) { return p->own; }

/* ---- Answers -------------------------------------------------------------------------------- */

static uint8_t sum_of(struct cm_slice s) {
    unsigned sum = 0;
    for (size_t i = 0; i < s.len; i++)
        sum += s.p[i];
    return (uint8_t)(sum & 0xFFu);
}

static void verdict(struct printer *p, struct link *l, struct cm_slice s, bool ok) {
    char text[ANSWER_CAP];
    if (!ok && printer_has_quirk(p, "1710")) return; /* these know no '!' */
    const int len = snprintf(text, sizeof text, "%c%02X", ok ? '$' : '!', sum_of(s));
    printer_reply(p, l, slice_of(text, (size_t)len));
}

static void value(struct printer *p, struct link *l, struct cm_slice text) {
    struct buffer b = BUFFER_INIT;
    buffer_u8(&b, STX);
    buffer_put(&b, text.p, text.len);
    buffer_u8(&b, ETX);
    printer_reply(p, l, buffer_slice(&b));
    buffer_free(&b);
}

/* ---- The slot ------------------------------------------------------------------------------- */

static size_t field_at(const struct wsi *w, struct cm_slice name) {
    size_t i = 0;
    while (i < w->n && !slice_equal(buffer_slice(&w->names[i].text), name))
        i++;
    return i;
}

static void slot_text(const struct wsi *w, struct item *to) {
    item_clear(to);
    for (size_t i = 0; i < w->n; i++)
        item_field(to, buffer_slice(&w->names[i].text), buffer_slice(&w->data[i].text));
}

/* What waits in the slot meets the event; nothing waits there then. */
static void give_up(struct printer *p, enum record_event event) {
    struct wsi *w = own(p);
    struct item slot = {.text = BUFFER_INIT};
    slot_text(w, &slot);
    if (w->fresh) record_add(p->record, p->now_us, event, buffer_slice(&slot.text));
    w->fresh = false;
    item_free(&slot);
}

static bool update(struct printer *p, struct cm_slice s) {
    struct wsi *w = own(p);
    const uint8_t *newline = memchr(s.p, '\n', s.len);
    if (newline == NULL) return false;
    const size_t name_len = (size_t)(newline - s.p);
    const struct cm_slice data = slice_of(newline + 1, s.len - name_len - 1);
    const size_t i = field_at(w, slice_of(s.p, name_len));
    if (i == FIELDS || data.len == 0 || data.len > DATA_MOST) return false;
    give_up(p, RECORD_CLEARED);
    item_clear(&w->names[i]);
    item_clear(&w->data[i]);
    buffer_put(&w->names[i].text, s.p, name_len);
    buffer_put(&w->data[i].text, data.p, data.len);
    if (i == w->n) w->n++;
    w->fresh = true;
    struct item slot = {.text = BUFFER_INIT};
    slot_text(w, &slot);
    printer_took(p, &slot);
    item_free(&slot);
    return true;
}

static bool delete_field(struct printer *p, struct cm_slice name) {
    struct wsi *w = own(p);
    const size_t i = field_at(w, name);
    if (i == w->n) return false;
    give_up(p, RECORD_CLEARED);
    item_clear(&w->data[i]);
    return true;
}

static bool select_message(struct printer *p, struct cm_slice name) {
    struct wsi *w = own(p);
    if (name.len == 0 || name.len > MESSAGE_MOST) return false;
    give_up(p, RECORD_CLEARED);
    buffer_clear(&w->message);
    buffer_put(&w->message, name.p, name.len);
    w->n = 0;
    return true;
}

/* ---- Requests ------------------------------------------------------------------------------- */

static void counter(struct printer *p, struct link *l, uint8_t which) {
    char text[ANSWER_CAP];
    const struct wsi *w = own(p);
    const uint64_t n = which == 'A' ? p->total - w->cleared_at : w->products;
    const int digits = printer_has_quirk(p, "short-digits") ? 8 : 10;
    const int len = snprintf(text, sizeof text, "%0*" PRIu64, digits, n);
    value(p, l, slice_of(text, (size_t)len));
}

static bool reset_counter(struct printer *p, uint8_t which) {
    struct wsi *w = own(p);
    if (which == 'A') w->cleared_at = p->total;
    if (which == 'B') w->products = 0;
    return which == 'A' || which == 'B';
}

/* E: twelve hex digits of errors, and the trafficator's. */
static void errors(struct printer *p, struct link *l) {
    char text[ANSWER_CAP];
    const int len = snprintf(text, sizeof text, "%012X%X", p->stops & ~(1u << STOP_OFF), 0u);
    value(p, l, slice_of(text, (size_t)len));
}

static bool set_printing(struct printer *p, struct cm_slice data) {
    const bool ok = data.len == 1 && (data.p[0] == '0' || data.p[0] == '1');
    if (ok) own(p)->off = data.p[0] == '0';
    return ok;
}

static bool legal(struct cm_slice s) {
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] != '\n' && (s.p[i] < PLAIN_FIRST || s.p[i] > PLAIN_LAST)) return false;
    return s.len > 0;
}

static void act(struct printer *p, struct link *l, struct cm_slice s) {
    const struct cm_slice data = slice_of(s.p + 1, s.len == 0 ? 0 : s.len - 1);
    const uint8_t which = data.len == 1 ? data.p[0] : 0;
    bool ok = legal(s) && !printer_is_stopped(p, STOP_MENU);
    const char type = ok ? (char)s.p[0] : '\0';
    const bool small = printer_has_quirk(p, "1710");
    if (small && type != '\0' && strchr("GQORZ", type) != NULL) return;
    switch (type) {
    case 'M': ok = select_message(p, data); break;
    case 'U': ok = update(p, data); break;
    case 'D': ok = delete_field(p, data); break;
    case 'O': ok = set_printing(p, data); break;
    case 'R': ok = reset_counter(p, which); break;
    case 'Q': value(p, l, buffer_slice(&own(p)->message)); return;
    case 'E': errors(p, l); return;
    case 'G':
        ok = which == 'A' || which == 'B';
        if (ok) counter(p, l, which);
        if (ok) return;
        break;
    default: ok = type != '\0' && strchr("HZKTPLB", type) != NULL; break;
    }
    verdict(p, l, s, ok);
}

static void hear(struct printer *p, struct link *l) {
    for (;;) {
        const struct cm_slice rest = link_rest(l);
        if (rest.len == 0) return;
        const uint8_t *end = memchr(rest.p, ETX, rest.len);
        if (rest.p[0] != STX) {
            link_eat(l, 1);
            continue;
        }
        if (end == NULL) return;
        const size_t len = (size_t)(end - rest.p) - 1;
        link_eat(l, len + 2);
        act(p, l, slice_of(rest.p + 1, len));
    }
}

/* ---- The body ------------------------------------------------------------------------------- */

static cm_err begin(struct printer *p, struct cm_diag *diag) {
    (void)p;
    (void)diag;
    return CM_OK;
}

static void end(struct printer *p) {
    struct wsi *w = own(p);
    for (size_t i = 0; i < FIELDS; i++) {
        item_free(&w->names[i]);
        item_free(&w->data[i]);
    }
    buffer_free(&w->message);
}

static void power(struct printer *p, bool kept) {
    struct wsi *w = own(p);
    w->off = false;
    if (kept) return;
    give_up(p, RECORD_LOST);
    w->n = 0;
}

static enum supply next(struct printer *p, struct item *to) {
    struct wsi *w = own(p);
    if (w->off || w->n == 0) return SUPPLY_STOPPED;
    if (!w->fresh) return SUPPLY_EMPTY;
    w->fresh = false;
    slot_text(w, to);
    return SUPPLY_ITEM;
}

static size_t held(const struct printer *p) { return ((const struct wsi *)p->own)->fresh; }

static void done(struct printer *p) { own(p)->products++; }

const struct grammar grammar_wsi = {
    .name = "wsi",
    .summary = "Videojet 1000-line WSI; one slot and a counter",
    .quirks = "short-digits,1710",
    .unsolicited = "$00",
    .repeats_empty = true,
    .depth = 1,
    .own_len = sizeof(struct wsi),
    .begin = begin,
    .end = end,
    .hear = hear,
    .next = next,
    .done = done,
    .power = power,
    .held = held,
};
