/* Writing records: for each field the bytes before it, then its text, copied and judged in one
 * pass; only a text with something to do goes through render_field.c. No allocation per record.
 * Outputs on error are wiped back to where the call began. References as in render.h.
 */
#include "order/render.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "order/render_inside.h"
#include "order/render_steps.h"

/* Values that are counted here when the set has no column of them. */
#define COUNTED                                                                                    \
    (1u << RECORD_SEQUENCE | 1u << RECORD_IN_FILE | 1u << RECORD_CARTON | 1u << RECORD_IN_CARTON | \
     1u << RECORD_BUNDLE_END)

/* A counter's digits, at the right end of their room: mostly the next is one more than the last. */
struct tally {
    uint64_t value;
    size_t len; /* 0: none yet */
    char digits[DECIMAL_CAP];
};
#define TALLY_N (RECORD_VALUE_N - RECORD_SEQUENCE)
_Static_assert(COUNTED == ((1u << TALLY_N) - 1u) << RECORD_SEQUENCE, "what is counted is last");

/* Where a record stands; set &outside: head, tail or companion, which have no values of records. */
struct spot {
    const struct render *r;
    const struct record_set *set;
    size_t row;
    uint64_t in_file; /* from 1 */
    struct tally tallies[TALLY_N];
    const struct render_step *steps; /* of the record's fields; NULL: none is known */
};

static const struct record_set outside = {.n = 0};

/* ---- Texts ------------------------------------------------------------------------------------
 */

static uint64_t counted(const struct spot *s, uint32_t value) {
    const struct render_plan *plan = &s->r->plan;
    const uint64_t place = s->set->first + s->row;
    switch (value) {
    case RECORD_IN_FILE: return s->in_file;
    case RECORD_CARTON: return plan->per_carton > 0 ? (place - 1) / plan->per_carton + 1 : 1;
    case RECORD_IN_CARTON: return plan->per_carton > 0 ? (place - 1) % plan->per_carton + 1 : place;
    case RECORD_BUNDLE_END:
        return s->in_file == plan->records ||
               (plan->per_bundle > 0 && place % plan->per_bundle == 0);
    case RECORD_SEQUENCE:
    default: return place;
    }
}

static void add_one(struct tally *t) {
    size_t at = DECIMAL_CAP - 1;
    while (at > DECIMAL_CAP - t->len && t->digits[at] == '9')
        t->digits[at--] = '0';
    if (t->digits[at] != '9') {
        t->digits[at]++;
        return;
    }
    t->digits[at] = '0'; /* all were nines; 2^64 - 1 is no such number, so there is room */
    t->digits[at - 1] = '1';
    t->len++;
}

static struct cm_slice tally_text(struct tally *t, uint64_t value) {
    if (t->len > 0 && value - t->value == 1) {
        add_one(t);
    } else if (t->len == 0 || value != t->value) {
        char digits[DECIMAL_CAP];
        t->len = decimal_format(value, digits);
        memcpy(t->digits + DECIMAL_CAP - t->len, digits, t->len);
    }
    t->value = value;
    return slice_of(t->digits + DECIMAL_CAP - t->len, t->len);
}

static struct cm_slice value_text(struct spot *s, uint32_t value) {
    if (s->set->column[value].rows != NULL || value < RECORD_SEQUENCE)
        return record_text(s->set, (enum record_value)value, s->row);
    return tally_text(&s->tallies[value - RECORD_SEQUENCE], counted(s, value));
}

/* Head and tail say the same: counts are planned before, and must come true (render_end). */
static struct cm_slice count_text(const struct spot *s, uint32_t count, char *digits) {
    const uint64_t n = count == COUNT_RECORDS ? s->r->plan.records
                       : count == COUNT_UNITS ? s->r->plan.units
                                              : s->r->hash_total;
    return slice_of(digits, decimal_format(n, digits));
}

static struct cm_slice piece_text(struct spot *s, const struct template_piece *p, char *digits) {
    switch (p->kind) {
    case PIECE_VALUE: return value_text(s, p->which);
    case PIECE_CONSTANT: return s->r->plan.constants->text[p->which];
    case PIECE_COUNT: return count_text(s, p->which, digits);
    case PIECE_TEXT:
    default: return slice_of(s->r->template->bytes.p + p->at, p->len);
    }
}

/* ---- Fields -----------------------------------------------------------------------------------
 */

static uint8_t *copy(uint8_t *to, const uint8_t *from, size_t len) {
    for (size_t i = 0; i < len; i++)
        to[i] = from[i];
    return to + len;
}

/* Copies and says what any byte asked for. */
static uint8_t copy_bytes(const struct template_field *f, uint8_t *restrict to, const uint8_t *from,
                          size_t n) {
    uint8_t classes = 0;
    for (size_t i = 0; i < n; i++) {
        const uint8_t byte = from[i];
        classes |= f->classes[byte];
        to[i] = byte;
    }
    return classes;
}

/* The same in words; the last one overlaps the one before it. */
static uint8_t copy_judged(const struct template_field *f, uint8_t *restrict to,
                           struct cm_slice text) {
    uint8_t classes = 0;
    if (text.len < PLAIN_N) return copy_bytes(f, to, text.p, text.len);
    const size_t last = text.len - PLAIN_N;
    for (size_t i = 0;; i = last - i < PLAIN_N ? last : i + PLAIN_N) {
        uint64_t word;
        memcpy(&word, text.p + i, sizeof word);
        memcpy(to + i, &word, sizeof word);
        if (!plain_word(&f->plain, word)) classes |= copy_bytes(f, to + i, text.p + i, PLAIN_N);
        if (i == last) return classes;
    }
}

/* What stands at `text` needs no change of its characters: only its length is judged. */
static bool fits(const struct template_field *f, const uint8_t *text, size_t len) {
    if (len == 0) return f->optional && f->width == 0;
    return len <= f->most && (f->width == 0 || len == f->width || !f->right) &&
           (!f->number || len == 1 || text[0] != '0');
}

static enum field_fault put_field(struct spot *s, const struct template_field *f, uint8_t **at) {
    const struct template *t = s->r->template;
    uint8_t *const text = copy(*at, t->bytes.p + f->before_at, f->before_len), *to = text;
    uint8_t classes = 0;
    for (size_t i = 0; i < f->piece_n; i++) {
        char digits[DECIMAL_CAP];
        const struct cm_slice piece = piece_text(s, &t->pieces[f->piece + i], digits);
        classes |= copy_judged(f, to, piece);
        to += piece.len;
    }
    const size_t len = (size_t)(to - text);
    if (classes != 0 || !fits(f, text, len)) return field_shape(f, t->charset, text, len, at);
    if (f->width > len) memset(to, f->pad, f->width - len);
    *at = f->width > len ? text + f->width : to;
    return FIELD_FINE;
}

/* A field that needs no look at its text. */
static uint8_t *put_step(struct spot *s, const struct template_field *f,
                         const struct render_step *step, uint8_t *to) {
    const struct template *t = s->r->template;
    to = copy(to, t->bytes.p + f->before_at, f->before_len); /* mostly one separator */
    if (step->kind == STEP_COLUMN)
        return step_copy(to, step->rows + s->row * step->stride, step->width);
    if (step->kind == STEP_NOTHING) return to;
    const struct cm_slice text = value_text(s, t->pieces[f->piece].which);
    return step_copy(to, text.p, text.len);
}

static cm_err put_part(struct spot *s, const struct template_part *part, struct buffer *out,
                       struct cm_diag *diag) {
    const struct template *t = s->r->template;
    const size_t step_n = s->steps != NULL ? STEPS_MAX : 0;
    const bool room = out->p != NULL && !out->failed && out->cap - out->len >= part->most;
    uint8_t *to = room ? out->p + out->len : buffer_reserve(out, part->most);
    if (to == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < part->field_n; i++) {
        const struct template_field *f = &t->fields[part->field + i];
        if (i < step_n && s->steps[i].kind != STEP_CAREFUL) {
            to = put_step(s, f, &s->steps[i], to);
            continue;
        }
        const enum field_fault fault = put_field(s, f, &to);
        if (fault != FIELD_FINE)
            return field_fail(t, f, fault, s->set->n == 0 ? 0 : s->set->first + s->row, diag);
    }
    to = copy(to, t->bytes.p + part->after_at, part->after_len);
    out->len = (size_t)(to - out->p);
    return CM_OK;
}

/* What a failed call left behind `from` may be a code. */
static cm_err undo(struct buffer *out, size_t from, cm_err err) {
    if (out->p != NULL) wipe(out->p + from, out->cap - from);
    out->len = from;
    return err;
}

/* ---- A file -----------------------------------------------------------------------------------
 */

static cm_err judge_constants(const struct template *t, const struct record_constants *constants,
                              struct cm_diag *diag) {
    for (unsigned i = 0; i < RECORD_CONSTANT_N; i++)
        if (constants->text[i].len > TEMPLATE_TEXT_PIECE_MAX)
            return diag_fail(
                diag, CM_E_LIMIT, t->name, NULL, "shorten it", "{%s} is longer than %u bytes",
                record_constant_name((enum record_constant)i), TEMPLATE_TEXT_PIECE_MAX);
    return CM_OK;
}

cm_err render_begin(struct render *r, const struct template *t, const struct render_plan *plan,
                    struct buffer *out, struct cm_diag *diag) {
    const struct render begun = {.template = t, .plan = *plan};
    struct spot s = {.r = &begun, .set = &outside};
    const size_t from = out->len;
    TRY(judge_constants(t, plan->constants, diag));
    const cm_err err = put_part(&s, &t->head, out, diag);
    if (err != CM_OK) return undo(out, from, err);
    *r = begun;
    return CM_OK;
}

static cm_err judge_columns(const struct template *t, const struct record_set *set,
                            struct cm_diag *diag) {
    for (unsigned i = 0; i < RECORD_VALUE_N; i++) {
        if ((t->needs & ~COUNTED & 1u << i) == 0 || set->column[i].rows != NULL) continue;
        return diag_fail(diag, CM_E_NOT_FOUND, t->name, NULL,
                         "use a format without it, or say \"optional\": true in its field",
                         "the format writes {%s}, which these records do not have",
                         record_value_name((enum record_value)i));
    }
    return CM_OK;
}

/* The digits of a text as one number, other characters left out (docs/design/orders.md). */
static uint64_t hash_of(struct cm_slice text) {
    uint64_t h = 0;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t digit = (uint8_t)(text.p[i] - '0');
        if (digit > 9) continue;
        if (h >= UINT64_MAX / 100) h %= RENDER_HASH_MODULUS;
        h = h * 10 + digit;
    }
    return h % RENDER_HASH_MODULUS;
}

static void count(struct render *r, struct spot *s) {
    const struct cm_slice member = record_text(s->set, RECORD_MEMBER, s->row);
    r->records++;
    r->units += member.len == 0 || hash_of(member) == 1; /* "1", or "01" in a wide column */
    if (r->template->hash_value < 0) return;
    r->hash_total += hash_of(value_text(s, (uint32_t)r->template->hash_value));
    if (r->hash_total >= RENDER_HASH_MODULUS) r->hash_total -= RENDER_HASH_MODULUS;
}

cm_err render_records(struct render *r, const struct record_set *set, struct buffer *out,
                      struct cm_diag *diag) {
    struct render after = *r;
    struct render_step steps[STEPS_MAX];
    struct spot s = {.r = r, .set = set, .in_file = r->records, .steps = steps};
    const size_t from = out->len;
    TRY(judge_columns(r->template, set, diag));
    render_steps(r->template, set, COUNTED, steps);
    for (; s.row < set->n; s.row++) {
        s.in_file++;
        const cm_err err = put_part(&s, &r->template->record, out, diag);
        if (err != CM_OK) return undo(out, from, err);
        count(&after, &s);
    }
    *r = after;
    return CM_OK;
}

cm_err render_end(struct render *r, struct buffer *out, struct cm_diag *diag) {
    struct spot s = {.r = r, .set = &outside};
    const size_t from = out->len;
    if (r->records != r->plan.records || r->units != r->plan.units)
        return diag_fail(diag, CM_E_STATE, r->template->name, NULL, "make the file anew",
                         "%llu records of %llu units were written, %llu of %llu announced",
                         (unsigned long long)r->records, (unsigned long long)r->units,
                         (unsigned long long)r->plan.records, (unsigned long long)r->plan.units);
    const cm_err err = put_part(&s, &r->template->tail, out, diag);
    return err == CM_OK ? CM_OK : undo(out, from, err);
}

/* ---- Companions -------------------------------------------------------------------------------
 */

/* A name of a file in the order's folder, and of nothing else. */
static bool names_file(struct cm_slice name) {
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t c = name.p[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || (c == '.' && i > 0);
        if (!plain) return false;
    }
    return name.len > 0 && name.len <= 100;
}

cm_err render_companion(const struct template *t, const struct record_constants *constants,
                        size_t i, struct buffer *name, struct buffer *out, struct cm_diag *diag) {
    const struct render r = {.template = t, .plan = {.constants = constants}};
    struct spot s = {.r = &r, .set = &outside};
    const size_t from = name->len;
    if (i >= t->companion_n) return CM_E_ARGUMENT;
    TRY(judge_constants(t, constants, diag));
    TRY(put_part(&s, &t->companions[i].name, name, diag));
    if (!names_file(slice_of(name->p + from, name->len - from))) {
        name->len = from;
        return diag_fail(diag, CM_E_FORMAT, t->name, NULL,
                         "use letters, digits, - _ . in \"file\" and in the order's name",
                         "a companion's name is no name of a file");
    }
    const size_t body = out->len;
    const cm_err err = put_part(&s, &t->companions[i].body, out, diag);
    return err == CM_OK ? CM_OK : undo(out, body, err);
}
