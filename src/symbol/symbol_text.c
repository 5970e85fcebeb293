/* Human-readable texts and guard bars where the standards put them, in columns of modules.
 * References: ISO/IEC 15420 (5.3.6: EAN and UPC), GS1 General Specifications (4.14: human-readable
 * interpretation). */
#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"
#include "symbol/gs1.h"
#include "symbol/symbol_inside.h"

static void message_freep(struct gs1 **m) {
    if (*m != NULL) gs1_wipe(*m);
    free(*m);
}

/* The longest text is Code 128's: 120 digits (test_symbol.c). A longer one is refused, not left
 * out: people would take bars without a text for a fault of the printer. */
static cm_err put(struct symbol *s, int from, int to, struct cm_slice text) {
    struct symbol_text *t = &s->texts[s->text_n];
    if (text.len >= SYMBOL_TEXT_CAP) return CM_E_LIMIT;
    t->from = (int16_t)from;
    t->to = (int16_t)to;
    for (size_t i = 0; i < text.len; i++) /* control characters have no shape */
        t->text[i] = (char)(text.p[i] < ' ' || text.p[i] == 0x7F ? ' ' : text.p[i]);
    t->text[text.len] = '\0';
    s->text_n++;
    return CM_OK;
}

/* A stretch of the symbol's columns whose bars reach down. */
struct stretch {
    uint8_t from, to;
};

static cm_err set_guards(struct symbol *s, const struct stretch *guards, size_t n) {
    s->guard = calloc(s->width, 1);
    if (s->guard == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        for (size_t x = guards[i].from; x < guards[i].to; x++)
            s->guard[x] = s->modules[x];
    return CM_OK;
}

/* A part of the digits below a stretch of columns. */
struct place {
    int8_t from;
    uint8_t to, digit, n;
};

static cm_err write_ean(const struct symbol_wish *wish, struct symbol *s) {
    static const struct place ean13[] = {{-9, 0, 0, 1}, {3, 45, 1, 6}, {50, 92, 7, 6}};
    static const struct place ean8[] = {{3, 31, 0, 4}, {36, 64, 4, 4}};
    static const struct place upca[] = {
        {-9, 0, 0, 1}, {10, 45, 1, 5}, {50, 85, 6, 5}, {95, 104, 11, 1}};
    static const struct stretch ean13_guards[] = {{0, 3}, {45, 50}, {92, 95}};
    static const struct stretch ean8_guards[] = {{0, 3}, {31, 36}, {64, 67}};
    static const struct stretch upca_guards[] = {{0, 10}, {45, 50}, {85, 95}};
    const bool is_ean8 = wish->kind == SYMBOL_EAN8, is_upca = wish->kind == SYMBOL_UPCA;
    const struct place *places = is_ean8 ? ean8 : is_upca ? upca : ean13;
    const size_t n = is_ean8 ? CM_ARRAY_N(ean8) : is_upca ? CM_ARRAY_N(upca) : CM_ARRAY_N(ean13);
    for (size_t i = 0; i < n; i++)
        TRY(put(s, places[i].from, places[i].to,
                slice_of(wish->payload.p + places[i].digit, places[i].n)));
    return set_guards(s, is_ean8 ? ean8_guards : is_upca ? upca_guards : ean13_guards, 3);
}

/* "(01)09506000134352(21)7NQ4K2"; elements of unknown identifiers as they are. */
static cm_err write_elements(struct cm_slice payload, struct symbol *s) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    CM_CLEANUP(message_freep) struct gs1 *message = malloc(sizeof *message);
    if (message == NULL) return CM_E_NO_MEMORY;
    gs1_init(message);
    if (gs1_read_carried(payload, message, NULL) == CM_OK)
        gs1_write(message, true, &text);
    else
        buffer_put(&text, payload.p, payload.len);
    TRY(buffer_err(&text));
    return put(s, 0, (int)s->width, buffer_slice(&text));
}

/* What a DataBar says is a GTIN: shown with its identifier (GS1 4.14). */
static cm_err write_gtin(struct cm_slice digits, struct symbol *s) {
    char text[SYMBOL_TEXT_CAP] = "";
    text_append(text, sizeof text, "(01)%.*s", (int)digits.len, (const char *)digits.p);
    return put(s, 0, (int)s->width, slice_text(text));
}

cm_err symbol_write_texts(const struct symbol_wish *wish, struct symbol *s) {
    if (!s->linear) return CM_OK;
    if (wish->kind == SYMBOL_EAN13 || wish->kind == SYMBOL_EAN8 || wish->kind == SYMBOL_UPCA)
        return write_ean(wish, s);
    if (symbol_kind_is_gs1(wish->kind)) return write_elements(wish->payload, s);
    if (wish->kind == SYMBOL_DATABAR) return write_gtin(wish->payload, s);
    return put(s, 0, (int)s->width, wish->payload);
}
