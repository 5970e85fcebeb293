/* From what a person typed to the text that an imported list knows: strict UTF-8; full-width forms
 * and Cyrillic twins to ASCII; upper case if the list folds; spaces, hyphens, dashes and dots
 * deleted unless the list keeps them; then its symbols, lengths and check digit. It guesses
 * nothing: look-alikes of a foreign alphabet are unknown.
 * The steps are those of codes/normalise.h; here the length varies. Source: docs/design/imports.md.
 */
#ifndef CM_ENGINE_LEGACY_TEXT_H
#define CM_ENGINE_LEGACY_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define LEGACY_TEXT_MAX                                                                            \
    64u                    /* symbols of a text, our choice: no code that people type is longer    \
                            */
#define LEGACY_TEXT_MIN 4u /* symbols; less is no secret */
#define LEGACY_ASCII_N  128u

/* Public check digits, which tell a typing error from a guess. */
enum legacy_check { LEGACY_CHECK_NONE, LEGACY_CHECK_LUHN, LEGACY_CHECK_EAN };
#define LEGACY_CHECK_N 3u

/* Frozen with the list. Plain data. */
struct legacy_rule {
    bool fold_case, keep_separators;
    enum legacy_check check;
    uint8_t min_n, max_n;        /* lengths in the list */
    bool symbol[LEGACY_ASCII_N]; /* symbols in the list */
};
/* What a rule is before the first text of a list was seen: everything readable is a symbol. */
void legacy_rule_init(struct legacy_rule *rule);

enum legacy_reading {
    LEGACY_READ = 0,
    LEGACY_SHORT, /* fewer symbols than any text of the list, or none at all */
    LEGACY_LONG,
    LEGACY_SYMBOL, /* a character that is in no text of the list */
    LEGACY_CHECK   /* the check digit is wrong */
};

struct legacy_text {
    uint8_t n;
    char text[LEGACY_TEXT_MAX];
};

/* Read one text; out->n is 0 unless LEGACY_READ. */
enum legacy_reading legacy_text_read(const struct legacy_rule *rule, struct cm_slice typed,
                                     struct legacy_text *out);
/* For people: "too short", "a symbol that no code has" ... */
const char *legacy_reading_name(enum legacy_reading reading);

/* What the texts of a list have in common, gathered as they are read. */
struct legacy_seen {
    uint8_t min_n, max_n;
    bool symbol[LEGACY_ASCII_N];
};
void legacy_seen_add(struct legacy_seen *seen, const struct legacy_text *text);

/** The object "normalise" of a legacy document.
 * @retval CM_E_FORMAT, CM_E_RANGE  malformed */
CM_MUST_CHECK cm_err legacy_rule_json(struct json_value v, struct legacy_rule *out);
void legacy_rule_write(struct json_writer *w, const struct legacy_rule *rule);
/** The word of a check: "none", "luhn", "ean". @retval CM_E_FORMAT */
CM_MUST_CHECK cm_err legacy_check_json(struct json_value v, enum legacy_check *out);

#endif
