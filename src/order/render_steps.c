/* Judging columns. References as in render_steps.h. */
#include "order/render_steps.h"

#include "base/text.h"

/* Every row's bytes ask for nothing. */
static bool column_is_plain(const struct template_field *f, const struct record_column *c,
                            size_t n) {
    const uint8_t *rows = (const uint8_t *)c->rows;
    if (c->stride == c->width) return plain_bytes(&f->plain, f->classes, rows, n * c->width);
    for (size_t i = 0; i < n; i++)
        if (!plain_bytes(&f->plain, f->classes, rows + i * c->stride, c->width)) return false;
    return true;
}

static bool digits_are_plain(const struct template_field *f) {
    return plain_bytes(&f->plain, f->classes, (const uint8_t *)"0123456789", 10);
}

/* A length that needs neither padding nor refusal, whatever the text is. */
static bool length_fits(const struct template_field *f, size_t len) {
    return len > 0 && len <= f->most && (f->width == 0 || f->width == len) && !f->number;
}

static struct render_step step_of(const struct template *t, const struct template_field *f,
                                  const struct record_set *set, uint32_t counted) {
    const struct template_piece *p = &t->pieces[f->piece];
    struct render_step step = {.kind = STEP_CAREFUL};
    if (f->piece_n != 1 || p->kind != PIECE_VALUE) return step;
    const struct record_column *c = &set->column[p->which];
    if (c->rows == NULL && (1u << p->which & counted) != 0) {
        if (f->width == 0 && f->most >= DECIMAL_CAP && digits_are_plain(f))
            step.kind = STEP_COUNTER;
    } else if (c->rows == NULL) {
        if (f->optional && f->width == 0) step.kind = STEP_NOTHING;
    } else if (length_fits(f, c->width) && column_is_plain(f, c, set->n)) {
        step = (struct render_step){STEP_COLUMN, c->rows, c->stride, c->width};
    }
    return step;
}

void render_steps(const struct template *t, const struct record_set *set, uint32_t counted,
                  struct render_step *steps) {
    for (size_t i = 0; i < t->record.field_n && i < STEPS_MAX; i++)
        steps[i] = step_of(t, &t->fields[t->record.field + i], set, counted);
}
