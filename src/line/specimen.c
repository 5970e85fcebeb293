/* Why TEST is no code: a space of codes has a million points at least, and no alphabet of 64
 * symbols reaches that with three; with four, a scheme of 16 bits of tag has 256 codes at most, and
 * the planner plans none. References: DESIGN.md section 3, countermark/alphabet.h. */
#include "line/specimen.h"

#include "base/macros.h"
#include "base/text.h"
#include "line/fields.h"

#define CODE_MAX 64u
#define ADDRESS  "https://example.invalid/"

/* As fields_names. */
enum { CODE, HUMAN, BATCH, PRODUCT, GTIN, DATE, LINE, SERIAL, URL };

_Static_assert(SPECIMEN_FIELDS == FIELDS_N && URL + 1 == FIELDS_N, "in the order of fields_names");

static size_t index_of(const char *name) {
    for (size_t i = 0; i < SPECIMEN_FIELDS; i++)
        if (slice_equal(slice_text(fields_names[i]), slice_text(name))) return i;
    return SPECIMEN_FIELDS;
}

static void put(struct specimen *s, size_t field, const char *text) {
    s->texts[field][0] = '\0';
    text_append(s->texts[field], SPECIMEN_TEXT_CAP, "%s", text);
}

void specimen_init(struct specimen *s) {
    for (size_t i = 0; i < SPECIMEN_FIELDS; i++)
        put(s, i, "TEST");
    put(s, GTIN, "00000000000000");
    put(s, SERIAL, "0");
    put(s, URL, ADDRESS "TEST");
}

cm_err specimen_word(struct specimen *s, const char *name, struct cm_slice text) {
    const size_t field = index_of(name);
    if (field == SPECIMEN_FIELDS) return CM_E_NOT_FOUND;
    if (field == CODE || field == HUMAN || field == SERIAL || field == URL) return CM_E_ARGUMENT;
    if (text.len >= SPECIMEN_TEXT_CAP) return CM_E_RANGE;
    if (text.len > 0) memcpy(s->texts[field], text.p, text.len);
    s->texts[field][text.len] = '\0';
    return CM_OK;
}

cm_err specimen_shape(struct specimen *s, size_t code_len, size_t group) {
    if (code_len == 0 || code_len > CODE_MAX) return CM_E_RANGE;
    put(s, CODE, "");
    put(s, HUMAN, "");
    for (size_t i = 0; i < code_len; i++) {
        const char symbol = "TEST"[i % 4];
        const char *hyphen = group > 0 && i > 0 && i % group == 0 ? "-" : "";
        text_append(s->texts[CODE], SPECIMEN_TEXT_CAP, "%c", symbol);
        text_append(s->texts[HUMAN], SPECIMEN_TEXT_CAP, "%s%c", hyphen, symbol);
    }
    put(s, URL, ADDRESS);
    text_append(s->texts[URL], SPECIMEN_TEXT_CAP, "%s", s->texts[CODE]);
    return CM_OK;
}

void specimen_unit(const struct specimen *s, const char *const *fields, struct unit *out) {
    *out = (struct unit){.serial = 0};
    for (size_t i = 0; i < DRIVER_FIELDS && fields[i] != NULL; i++) {
        const size_t field = index_of(fields[i]);
        out->texts[i] = slice_text(field == SPECIMEN_FIELDS ? "" : s->texts[field]);
    }
}
