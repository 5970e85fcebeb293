/* ZPL II over TCP 9100 (delivery model D: a byte stream without identity).
 * Formats are buffered and run in order; ~ commands and SGD lines act at once. ^DF, ^XF, ^FN, ^PQ,
 * ^JZ, ^CC, ~CC, ~JA, ~HS, ~HQES and getvar/setvar are understood, everything else is passed over.
 * Source: reference sections 1.1-1.10 and the ZPL transcript of section 8. */
#include <string.h>

#include "support/printers/grammars.h"
#include "support/printers/zpl.h"
#include "support/printers/zpl_format.h"

#define DEPTH     300u /* formats; ours: the real limit is bytes, section 1.10 */
#define TILDE_LEN 3u   /* "~HS" */
#define SGD       "! U1 "

static const char xa[] = "XA", xz[] = "XZ";

static cm_err begin(struct printer *p, struct cm_diag *diag) {
    (void)diag;
    struct zpl *z = p->own;
    z->prefix = '^';
    z->reprints = true; /* ^JZ is Y at every power-up */
    return CM_OK;
}

static void end(struct printer *p) {
    struct zpl *z = p->own;
    fifo_free(&z->formats);
    fifo_free(&z->stored);
    item_free(&z->batch);
}

/* Only a label is a unit; settings and templates go without a word. */
static bool is_label(const struct item *f) {
    return (f->kind & ZPL_PRINTS) != 0 && (f->kind & ZPL_STORES) == 0;
}

static void drop(struct printer *p, struct zpl *z, enum record_event event) {
    for (size_t i = z->formats.n; i-- > 0;)
        if (!is_label(fifo_at(&z->formats, i))) fifo_remove(&z->formats, i);
    printer_drop(p, &z->formats, event);
}

static size_t held(const struct printer *p) {
    const struct zpl *z = p->own;
    size_t n = z->batch.copies;
    for (size_t i = 0; i < z->formats.n; i++)
        if (is_label(fifo_at(&z->formats, i))) n += fifo_at(&z->formats, i)->copies;
    return n;
}

static void power(struct printer *p, bool kept) {
    struct zpl *z = p->own;
    if (!kept) {
        drop(p, z, RECORD_LOST);
        z->batch.copies = 0;
    }
    for (size_t i = z->stored.n; i-- > 0;) { /* R: is RAM, E: is flash */
        const struct buffer *name = &fifo_at(&z->stored, i)->text;
        if (name->len > 0 && name->p[0] == 'R') fifo_remove(&z->stored, i);
    }
    z->prefix = '^';
    z->reprints = true;
}

/* ---- Printing ------------------------------------------------------------------------------- */

static bool knows(const struct zpl *z, struct cm_slice name) {
    for (size_t i = 0; i < z->stored.n; i++)
        if (slice_equal(buffer_slice(&fifo_at(&z->stored, i)->text), name)) return true;
    return false;
}

static struct cm_slice first_field(const struct item *i) {
    size_t len = 0;
    while (len < i->text.len && i->text.p[len] != '|')
        len++;
    return slice_of(i->text.p, len);
}

/* Run the format in z->batch up to its printing; true if there is something to print. */
static bool run_format(struct printer *p, struct zpl *z) {
    const struct item *f = &z->batch;
    if ((f->kind & ZPL_JZ_NO) != 0) z->reprints = false;
    if ((f->kind & ZPL_JZ_YES) != 0) z->reprints = true;
    if ((f->kind & ZPL_STORES) != 0) {
        if (!knows(z, buffer_slice(&f->text))) item_copy(fifo_push(&z->stored), f);
        return false;
    }
    if ((f->kind & ZPL_PRINTS) == 0) return false;
    if ((f->kind & ZPL_RECALLS) == 0 || knows(z, first_field(f))) return true;
    record_add(p->record, p->now_us, RECORD_REFUSED, buffer_slice(&f->text));
    return false;
}

/* Formats that print nothing need no product to pass: they run as soon as they are in front. */
static void settle(struct printer *p, struct zpl *z) {
    while (!p->busy && p->stops == 0 && z->batch.copies == 0 && z->formats.n > 0) {
        if (is_label(fifo_at(&z->formats, 0))) return;
        fifo_pop(&z->formats, &z->batch);
        (void)run_format(p, z);
        z->batch.copies = 0;
    }
}

static enum supply next(struct printer *p, struct item *to) {
    struct zpl *z = p->own;
    while (z->batch.copies == 0) {
        if (z->formats.n == 0) return SUPPLY_EMPTY;
        fifo_pop(&z->formats, &z->batch);
        if (!run_format(p, z)) z->batch.copies = 0;
    }
    item_copy(to, &z->batch);
    z->batch.copies--;
    return SUPPLY_ITEM;
}

static void done(struct printer *p) { ((struct zpl *)p->own)->user_total++; }

static bool retries(struct printer *p) { return ((struct zpl *)p->own)->reprints; }

/* ---- What comes in -------------------------------------------------------------------------- */

static void cancel_all(struct printer *p, struct zpl *z) {
    drop(p, z, RECORD_CLEARED);
    z->batch.copies = 0;
    p->again = false;
}

/* Length of a tilde command that is whole, or 0. "~HQES" and "~CC!" have parameters; the others
 * end with their letters. */
static size_t tilde_len(struct cm_slice s) {
    if (s.len < TILDE_LEN) return 0;
    const bool query = memcmp(s.p + 1, "HQ", 2) == 0;
    const bool change = memcmp(s.p + 1, "CC", 2) == 0;
    const size_t len = TILDE_LEN + (query ? 2u : change ? 1u : 0u);
    return s.len < len ? 0 : len;
}

static bool tilde(struct printer *p, struct zpl *z, struct link *l) {
    const struct cm_slice s = link_rest(l);
    const size_t len = tilde_len(s);
    if (len == 0) return false;
    const struct cm_slice name = slice_of(s.p + 1, len - 1);
    link_eat(l, len);
    if (slice_equal(name, slice_text("HS"))) zpl_host_status(p, l);
    if (slice_equal(name, slice_text("HQES"))) zpl_errors(p, l);
    if (slice_equal(name, slice_text("JA"))) cancel_all(p, z);
    if (memcmp(name.p, "CC", 2) == 0) z->prefix = name.p[2];
    return true;
}

/* Where the format ends that the bytes begin with, or 0. A ^CC within it changes what ends it. */
static size_t format_end(struct cm_slice s, uint8_t prefix) {
    size_t at = 0;
    while (s.len - at > 2) {
        const uint8_t *found = memchr(s.p + at, prefix, s.len - at - 2);
        if (found == NULL) return 0;
        at = (size_t)(found - s.p) + 1;
        if (memcmp(found + 1, xz, 2) == 0) return at + 2;
        if (memcmp(found + 1, "CC", 2) == 0 && s.len - at > 2) prefix = found[1 + 2];
    }
    return 0;
}

static bool format(struct printer *p, struct zpl *z, struct link *l) {
    const struct cm_slice s = link_rest(l);
    const size_t len = format_end(s, z->prefix);
    if (len == 0 || z->formats.n >= p->o.depth) return false;
    struct item *f = fifo_push(&z->formats);
    zpl_format_read(slice_of(s.p + 1 + 2, len - 2 * (1 + 2)), &z->prefix, f);
    link_eat(l, len);
    if (is_label(f)) printer_took(p, f);
    return true;
}

static bool sgd(struct printer *p, struct link *l) {
    const struct cm_slice s = link_rest(l);
    const uint8_t *newline = memchr(s.p, '\n', s.len);
    if (newline == NULL) return false;
    const size_t len = (size_t)(newline - s.p);
    link_eat(l, len + 1);
    zpl_sgd(p, l, slice_of(s.p + sizeof SGD - 1, len - (sizeof SGD - 1)));
    return true;
}

/* One thing from the front of the stream; false when it is not whole, or finds no room. */
static bool act(struct printer *p, struct zpl *z, struct link *l) {
    const struct cm_slice s = link_rest(l);
    if (s.p[0] == '~') return tilde(p, z, l);
    if (s.p[0] == z->prefix) {
        if (s.len < TILDE_LEN) return false;
        if (memcmp(s.p + 1, xa, 2) == 0) return format(p, z, l);
    }
    const size_t compared = s.len < sizeof SGD - 1 ? s.len : sizeof SGD - 1;
    if (memcmp(s.p, SGD, compared) == 0) return compared == sizeof SGD - 1 && sgd(p, l);
    link_eat(l, 1); /* between formats nothing else means anything */
    return true;
}

static void hear(struct printer *p, struct link *l) {
    struct zpl *z = p->own;
    while (link_rest(l).len > 0 && act(p, z, l))
        settle(p, z);
}

const struct grammar grammar_zpl = {
    .name = "zpl",
    .summary = "ZPL II, port 9100; byte stream without identity",
    .quirks = "brother",
    .unsolicited = "\\x02030,0,0,0000,000,0,0,0,000,0,0,0\\x03\\r\\n",
    .depth = DEPTH,
    .own_len = sizeof(struct zpl),
    .begin = begin,
    .end = end,
    .hear = hear,
    .next = next,
    .done = done,
    .power = power,
    .retries = retries,
    .held = held,
};
