/* References as in proof_report.h. Percentages are texts: exact to what they show. */
#include "cli/proof_report.h"

#include <stdio.h>

#include "base/macros.h"
#include "base/text.h"
#include "doc/json_write.h"

#define NUMBER_CAP 48u

static void put_number(struct json_writer *w, const char *name, const char *format, double v) {
    char text[NUMBER_CAP] = "";
    text_append(text, sizeof text, format[0] == '3' ? "%.3f" : "%.4g", v);
    json_put_cstr(w, name, text);
}

static void put_share(struct json_writer *w, const char *what, const struct share *s) {
    char name[NUMBER_CAP];
    (void)snprintf(name, sizeof name, "%s_wrong", what);
    json_put_u64(w, name, s->hits);
    (void)snprintf(name, sizeof name, "%s_shown", what);
    json_put_u64(w, name, s->of);
    (void)snprintf(name, sizeof name, "%s_percent", what);
    put_number(w, name, "3", s->rate * 100);
    (void)snprintf(name, sizeof name, "%s_percent_low", what);
    put_number(w, name, "3", s->low * 100);
    (void)snprintf(name, sizeof name, "%s_percent_high", what);
    put_number(w, name, "3", s->high * 100);
}

static void put_reader(struct json_writer *w, const char *what, const struct proof_reader *r) {
    char name[NUMBER_CAP];
    const struct share s = share_of(r->shown - r->good, r->shown);
    if (!r->asked) return;
    if (r->here) {
        put_share(w, what, &s);
        return;
    }
    (void)snprintf(name, sizeof name, "%s_tested", what);
    json_put_bool(w, name, false);
}

static void put_symbol(struct json_writer *w, const struct proof *p) {
    if (p->wish.content == NULL) return;
    json_put_cstr(w, "symbol", symbol_kind_name(p->wish.kind));
    json_put_cstr(w, "symbol_size", p->symbol.size);
    put_number(w, "module_mm", "3", p->module.mm);
    put_number(w, "module_least_mm", "3", p->module.least_mm);
    if (p->module.dots > 0) json_put_u64(w, "module_dots", p->module.dots);
}

static void put_plan(struct json_writer *w, const struct proof *p) {
    json_put_u64(w, "printed_length", p->codes.len);
    json_put_text(w, "alphabet",
                  slice_of(p->wish.numbers->alphabet.symbols, p->wish.numbers->alphabet.n));
    if (p->wish.plan == NULL) return;
    json_put_u64(w, "planned_codes", p->wish.plan->plan.volume);
    json_put_u64(w, "promised_one_in", p->wish.plan->plan.one_in);
}

static void put_pairs(struct json_writer *w, const struct proof *p) {
    json_put_u64(w, "too_close", p->too_close);
    json_array_begin(w, "closest");
    for (size_t i = 0; i < p->pair_n; i++) {
        const char a[2] = {p->pair[i].a, '\0'}, b[2] = {p->pair[i].b, '\0'};
        json_object_begin(w, NULL);
        json_put_cstr(w, "one", a);
        json_put_cstr(w, "other", b);
        json_put_u64(w, "distance", p->pair[i].distance);
        json_put_u64(w, "ink", p->pair[i].ink);
        json_put_bool(w, "too_close", glyphset_too_close(&p->pair[i]));
        json_object_end(w);
    }
    json_array_end(w);
}

static void put_mixes(struct json_writer *w, const struct proof *p) {
    json_array_begin(w, "taken_for_another");
    for (size_t i = 0; i < p->mix_n; i++) {
        const char shown[2] = {p->mix[i].shown, '\0'}, read[2] = {p->mix[i].read, '\0'};
        json_object_begin(w, NULL);
        json_put_cstr(w, "shown", shown);
        json_put_cstr(w, "read", read);
        json_put_u64(w, "times", p->mix[i].times);
        json_object_end(w);
    }
    json_array_end(w);
}

static void put_glyphs(struct json_writer *w, const struct reading *r) {
    json_array_begin(w, "glyphs");
    for (size_t i = 0; i < r->n; i++) {
        const char symbol[2] = {r->symbols[i], '\0'};
        const struct share s = share_of(r->wrong[i], r->shown[i]);
        json_object_begin(w, NULL);
        json_put_cstr(w, "glyph", symbol);
        json_put_u64(w, "wrong", s.hits);
        json_put_u64(w, "shown", s.of);
        put_number(w, "percent", "3", s.rate * 100);
        put_number(w, "percent_low", "3", s.low * 100);
        put_number(w, "percent_high", "3", s.high * 100);
        put_number(w, "margin", "3", r->margin[i]);
        json_object_end(w);
    }
    json_array_end(w);
}

cm_err proof_report(const struct proof *p, const struct proof_files *files, bool whole,
                    struct buffer *out) {
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    if (files->pdf != NULL) json_put_cstr(&w, "out", files->pdf);
    if (files->png != NULL) json_put_cstr(&w, "png", files->png);
    json_put_cstr(&w, "technology", p->wish.press->name);
    put_number(&w, "height_mm", "4", p->height_mm);
    json_put_cstr(&w, "font", p->font);
    json_put_u64(&w, "seed", p->wish.seed);
    put_plan(&w, p);
    put_symbol(&w, p);
    put_share(&w, "characters", &p->wrong_characters);
    put_share(&w, "codes", &p->wrong_codes);
    put_number(&w, "margin", "3", p->margin);
    put_reader(&w, "tesseract", &p->ocr);
    put_reader(&w, "barcodes", &p->scanner);
    put_pairs(&w, p);
    put_mixes(&w, p);
    if (whole) put_glyphs(&w, &p->reading);
    json_object_end(&w);
    return buffer_err(out);
}
