/* What is measured, and the sheets for readers of others. References as in proof.h. */
#include "symbol/proof.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

#define ALL_PAIRS 1000u /* percent: every pair, closest first */
#define RULE      15u   /* percent of the ink of the lighter (glyphset.h) */
#define SYMBOL_SALT                                                                                \
    UINT64_C(0xA0761D6478BD642F) /* any odd number: other faults than the lines'                   \
                                  */
#define OCR_SALT UINT64_C(0xE7037ED1A0B428DB)
#define GAP      20u /* dots of paper between lines */

const char *const proof_columns[PROOF_COLUMNS_N] = {"code", "printed", "serial", "scheme"};

void proof_free(struct proof *p) {
    if (p == NULL) return;
    sample_codes_free(&p->codes);
    glyphset_free(&p->dots);
    dots_free(&p->clean);
    dots_free(&p->spoilt);
    symbol_free(&p->symbol);
    free(p);
}

void proof_freep(struct proof **p) { proof_free(*p); }

static struct cm_slice alphabet_of(const struct proof *p) {
    return slice_of(p->wish.numbers->alphabet.symbols, p->wish.numbers->alphabet.n);
}

static struct cm_slice code_at(const struct proof *p, size_t i) {
    return slice_of(p->codes.texts + i % p->codes.n * p->codes.len, p->codes.len);
}

/* ---- Glyphs and lines ------------------------------------------------------------------------ */

static cm_err find_pairs(struct proof *p, struct cm_diag *diag) {
    struct glyphset_pair all[PROOF_PAIRS_MAX];
    TRY(press_dots(p->wish.press, p->wish.font, p->wish.height_mm, alphabet_of(p), &p->dots, diag));
    const size_t n = glyphset_close_pairs(&p->dots, ALL_PAIRS, all, CM_ARRAY_N(all));
    p->pair_n = n < CM_ARRAY_N(all) ? n : CM_ARRAY_N(all);
    memcpy(p->pair, all, p->pair_n * sizeof all[0]);
    while (p->too_close < p->pair_n && glyphset_too_close(&all[p->too_close]))
        p->too_close++;
    if (p->too_close == CM_ARRAY_N(all)) /* perhaps more than are shown */
        p->too_close = glyphset_close_pairs(&p->dots, RULE, all, CM_ARRAY_N(all));
    return CM_OK;
}

static struct reading_wish reading_wish_of(const struct proof *p, double strength) {
    const struct proof_wish *const w = &p->wish;
    return (struct reading_wish){
        .press = w->press,
        .font = w->font,
        .height_mm = w->height_mm,
        .symbols = alphabet_of(p),
        .length = p->codes.len < READING_LINE_MAX ? p->codes.len : READING_LINE_MAX,
        .lines = w->codes,
        .strength = strength,
        .seed = w->seed,
        .tick = w->tick,
        .ctx = w->ctx,
    };
}

static cm_err read_lines(struct proof *p, struct cm_diag *diag) {
    const struct reading_wish wish = reading_wish_of(p, p->wish.strength);
    size_t shown = 0, wrong = 0;
    double margin = 0;
    TRY(reading_run(&wish, &p->reading, diag));
    if (p->reading.lines < wish.lines)
        return diag_fail(diag, CM_E_CANCELLED, NULL, NULL, NULL, "stopped; no proof was made");
    for (size_t i = 0; i < p->reading.n; i++) {
        shown += p->reading.shown[i];
        wrong += p->reading.wrong[i];
        margin += p->reading.margin[i] * (p->reading.shown[i] - p->reading.wrong[i]);
    }
    p->margin = shown > wrong ? margin / (double)(shown - wrong) : 0;
    p->wrong_characters = share_of(wrong, shown);
    p->wrong_codes = share_of(p->reading.lines_wrong, p->reading.lines);
    p->mix_n = reading_mixes(&p->reading, p->mix, CM_ARRAY_N(p->mix));
    if (p->mix_n > CM_ARRAY_N(p->mix)) p->mix_n = CM_ARRAY_N(p->mix);
    return CM_OK;
}

static cm_err take_examples(struct proof *p, struct cm_diag *diag) {
    const struct reading_wish plain = reading_wish_of(p, 0);
    const struct reading_wish typical = reading_wish_of(p, p->wish.strength);
    struct cm_slice text = code_at(p, 0);
    if (text.len > PROOF_ENLARGED) text.len = PROOF_ENLARGED;
    TRY(reading_example(&plain, text, &p->clean, NULL, diag));
    return reading_example(&typical, text, &p->spoilt, NULL, diag);
}

/* ---- Symbols --------------------------------------------------------------------------------- */

cm_err proof_content(const struct proof *p, size_t i, struct buffer *out, struct cm_diag *diag) {
    char serial[DECIMAL_CAP + 1] = "";
    text_append(serial, sizeof serial, "%zu", i + 1);
    const struct cm_slice cells[PROOF_COLUMNS_N] = {
        code_at(p, i),
        slice_of(p->codes.full + i % p->codes.n * p->codes.full_len, p->codes.full_len),
        slice_text(serial),
        slice_text(p->wish.name),
    };
    return payload_fill(p->wish.content, cells, out, diag);
}

static cm_err make_symbol(const struct proof *p, size_t i, struct symbol *out,
                          struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    TRY(proof_content(p, i, &text, diag));
    const struct symbol_wish wish = {
        .kind = p->wish.kind, .payload = buffer_slice(&text), .level = p->wish.level};
    struct symbol s;
    TRY(symbol_make(&wish, &s, diag));
    const cm_err err = press_symbol_fit(p->wish.press, &s, diag);
    if (err == CM_OK)
        *out = s;
    else
        symbol_free(&s);
    return err;
}

static void dots_to_pgm(const struct dots *d, struct buffer *out) {
    buffer_printf(out, "P5\n%zu %zu\n255\n", d->width, d->height);
    buffer_put(out, d->grey, d->width * d->height);
}

/* From further away: the mean of away by away dots. */
static cm_err step_back(const struct dots *near, size_t away, struct dots *out) {
    TRY(dots_new(near->width / away, near->height / away, out));
    for (size_t y = 0; y < out->height; y++)
        for (size_t x = 0; x < out->width; x++) {
            size_t sum = 0;
            for (size_t k = 0; k < away * away; k++)
                sum += *dots_at(near, x * away + k % away, y * away + k / away);
            *dots_at(out, x, y) = (uint8_t)(sum / away / away);
        }
    return CM_OK;
}

cm_err proof_symbol_pgm(const struct proof *p, size_t i, size_t away, struct buffer *out,
                        struct cm_diag *diag) {
    CM_CLEANUP(symbol_free) struct symbol s = {.width = 0};
    CM_CLEANUP(dots_free) struct dots sheet = DOTS_INIT, seen = DOTS_INIT;
    const struct press_symbol_wish wish = {.press = p->wish.press,
                                           .module = p->module,
                                           .strength = p->wish.strength,
                                           .seed = p->wish.seed ^ (SYMBOL_SALT * (i + 1u))};
    if (away < 1 || away > PROOF_AWAY_MAX) return CM_E_RANGE;
    TRY(make_symbol(p, i, &s, diag));
    TRY(press_symbol(&wish, &s, &sheet));
    TRY(step_back(&sheet, away, &seen));
    dots_to_pgm(&seen, out);
    return buffer_err(out);
}

/* ---- Lines for readers of others ------------------------------------------------------------- */

struct stack {
    struct dots line[PROOF_OCR_LINES];
    struct dots sheet;
};

static void stack_free(struct stack *s) {
    for (size_t i = 0; i < CM_ARRAY_N(s->line); i++)
        dots_free(&s->line[i]);
    dots_free(&s->sheet);
}

static cm_err pile_up(struct stack *s, size_t n) {
    size_t wide = 0, high = GAP, top = GAP;
    for (size_t i = 0; i < n; i++) {
        wide = s->line[i].width > wide ? s->line[i].width : wide;
        high += s->line[i].height + GAP;
    }
    TRY(dots_new(wide + 2 * (size_t)GAP, high, &s->sheet));
    for (size_t i = 0; i < n; i++) {
        for (size_t y = 0; y < s->line[i].height; y++)
            memcpy(dots_at(&s->sheet, GAP, top + y), dots_at(&s->line[i], 0, y), s->line[i].width);
        top += s->line[i].height + GAP;
    }
    return CM_OK;
}

cm_err proof_lines_pgm(const struct proof *p, struct buffer *pgm, struct buffer *texts,
                       struct cm_diag *diag) {
    CM_CLEANUP(stack_free) struct stack s = {.sheet = DOTS_INIT};
    struct reading_wish wish = reading_wish_of(p, p->wish.strength);
    const size_t n = p->wish.codes < PROOF_OCR_LINES ? p->wish.codes : PROOF_OCR_LINES;
    for (size_t i = 0; i < n; i++) {
        struct cm_slice text = code_at(p, i);
        if (text.len > wish.length) text.len = wish.length;
        wish.seed = p->wish.seed ^ (OCR_SALT * (i + 1u));
        TRY(reading_example(&wish, text, &s.line[i], NULL, diag));
        buffer_put(texts, text.p, text.len);
        buffer_text(texts, "\n");
    }
    TRY(pile_up(&s, n));
    dots_to_pgm(&s.sheet, pgm);
    TRY(buffer_err(texts));
    return buffer_err(pgm);
}

/* ---- All --------------------------------------------------------------------------------------
 */

static size_t codes_wanted(const struct proof_wish *w) {
    const size_t symbols = w->content != NULL ? w->symbols : 0;
    return symbols > PROOF_OCR_LINES ? symbols : PROOF_OCR_LINES;
}

cm_err proof_measure(const struct proof_wish *wish, struct proof **out, struct cm_diag *diag) {
    CM_CLEANUP(proof_freep) struct proof *p = calloc(1, sizeof *p);
    if (p == NULL) return CM_E_NO_MEMORY;
    p->wish = *wish;
    p->height_mm = wish->height_mm > 0 ? wish->height_mm : wish->press->height_mm;
    p->font = wish->font != NULL ? wish->font : wish->press->font;
    TRY(find_pairs(p, diag));
    TRY(sample_codes_make(wish->numbers, wish->seed, codes_wanted(wish), &p->codes, diag));
    if (wish->content != NULL) {
        TRY(press_module_of(wish->press, wish->module_mm, &p->module, diag));
        TRY(make_symbol(p, 0, &p->symbol, diag));
    }
    TRY(take_examples(p, diag));
    TRY(read_lines(p, diag));
    *out = take(&p);
    return CM_OK;
}
