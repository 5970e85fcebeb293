/* The filter: spelled words through one automaton, and the half turn. It refuses unknown versions,
 * because a filter that is nearly right would skip other serials than the minter did.
 * Reference: docs/design/construction.md section 9. */
#include "codes/filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "codes/automaton.h"
#include "codes/filter_words.h"
#include "codes/rotate.h"

struct filter {
    struct automaton words; /* next == NULL: no words */
    struct rotation rotation;
    double share;
    uint8_t code_n;
    bool rotates;
};

/* A word on its way into the automaton: one alphabet position after the other. */
struct speller {
    struct automaton *automaton;
    const struct cm_alphabet *alphabet;
    struct cm_slice word; /* upper case */
    bool exact;           /* no other spellings */
    bool wants_letter;    /* the word has letters: one at least must be left as a letter */
    uint8_t path[FILTER_WORD_MAX];
};

static bool is_letter(uint8_t c) { return c >= 'A' && c <= 'Z'; }

static uint8_t lower_of(uint8_t upper) { return (uint8_t)(upper - 'A' + 'a'); }

/* The position that stands for a character in words: of two cases the upper one, if it is there. */
static uint8_t position_of(const struct cm_alphabet *alphabet, uint8_t c) {
    const uint8_t position = alphabet->index[c];
    if (position != CM_NO_SYMBOL || !is_letter(c)) return position;
    return alphabet->index[lower_of(c)];
}

/* Depth first over all spellings of the rest of the word; depth is at most FILTER_WORD_MAX. */
// NOLINTNEXTLINE(misc-no-recursion): bounded by the longest word
static cm_err spell(struct speller *s, size_t at, bool has_letter) {
    if (at == s->word.len)
        return has_letter || !s->wants_letter ? automaton_add(s->automaton, s->path, at) : CM_OK;
    const uint8_t c = s->word.p[at];
    s->path[at] = position_of(s->alphabet, c);
    if (s->path[at] != CM_NO_SYMBOL) TRY(spell(s, at + 1, has_letter || is_letter(c)));
    if (s->exact) return CM_OK;
    for (const char *w = filter_spellings((char)c); *w != '\0'; w++) {
        s->path[at] = position_of(s->alphabet, (uint8_t)*w);
        if (s->path[at] == CM_NO_SYMBOL) continue;
        TRY(spell(s, at + 1, has_letter || is_letter((uint8_t)*w)));
    }
    return CM_OK;
}

static cm_err add_word(struct filter *f, const struct cm_alphabet *alphabet, struct cm_slice word,
                       bool exact) {
    struct speller s = {.automaton = &f->words, .alphabet = alphabet, .word = word, .exact = exact};
    for (size_t i = 0; i < word.len; i++)
        s.wants_letter = s.wants_letter || is_letter(word.p[i]);
    return spell(&s, 0, false);
}

/* An extra word in upper case, or why not. */
static cm_err upper_word(struct cm_slice word, uint8_t out[FILTER_WORD_MAX], size_t number,
                         struct cm_diag *diag) {
    if (word.len < FILTER_WORD_MIN || word.len > FILTER_WORD_MAX)
        return diag_fail(diag, CM_E_FORMAT, "filter words", NULL, "use words of 2 to 16 characters",
                         "word %zu has %zu characters", number, word.len);
    for (size_t i = 0; i < word.len; i++) {
        uint8_t c = word.p[i];
        if (c >= 'a' && c <= 'z') c = (uint8_t)(c - 'a' + 'A');
        if (!is_letter(c) && (c < '0' || c > '9'))
            return diag_fail(diag, CM_E_FORMAT, "filter words", NULL,
                             "use the letters A-Z and digits only",
                             "word %zu holds byte 0x%02X at place %zu", number, c, i + 1);
        out[i] = c;
    }
    return CM_OK;
}

static cm_err add_words(struct filter *f, const struct cm_alphabet *alphabet,
                        const struct filter_options *options, struct cm_diag *diag) {
    const char *rest = filter_words(options->version);
    char listed[FILTER_WORD_MAX];
    for (size_t len; (len = filter_next_word(&rest, listed)) > 0;)
        TRY(add_word(f, alphabet, slice_of(listed, len), false));
    for (size_t i = 0; i < options->extra_n; i++) {
        uint8_t word[FILTER_WORD_MAX];
        TRY(upper_word(options->extra[i], word, i + 1, diag));
        TRY(add_word(f, alphabet, slice_of(word, options->extra[i].len), options->extra_exact));
    }
    return CM_OK;
}

/* Where both cases are symbols, words were spelled with the upper one. */
static void read_lower_as_upper(struct filter *f, const struct cm_alphabet *alphabet) {
    for (uint8_t c = 'A'; c <= 'Z'; c++) {
        const uint8_t upper = alphabet->index[c], lower = alphabet->index[lower_of(c)];
        if (upper != CM_NO_SYMBOL && lower != CM_NO_SYMBOL) automaton_twin(&f->words, lower, upper);
    }
}

static cm_err build_words(struct filter *f, const struct cm_alphabet *alphabet,
                          const struct filter_options *options, struct cm_diag *diag) {
    if (options->version == 0 && options->extra_n == 0) return CM_OK;
    TRY(automaton_init(&f->words, alphabet->n));
    const cm_err err = add_words(f, alphabet, options, diag);
    if (err == CM_E_LIMIT)
        return diag_fail(diag, err, "filter words", NULL, "give fewer or shorter words",
                         "the words with their spellings need more than %u states",
                         AUTOMATON_STATES_MAX);
    TRY(err);
    TRY(automaton_finish(&f->words));
    read_lower_as_upper(f, alphabet);
    return automaton_share(&f->words, f->code_n, &f->share);
}

cm_err filter_new(struct filter **out, const struct cm_alphabet *alphabet,
                  const struct filter_options *options, struct cm_diag *diag) {
    if (options->version > FILTER_VERSION)
        return diag_fail(diag, CM_E_VERSION, "filter_version", NULL,
                         "use a newer countermark, or the version that the scheme was made with",
                         "block list %u is unknown; the newest is %u", options->version,
                         FILTER_VERSION);
    if (options->code_n == 0)
        return diag_fail(diag, CM_E_RANGE, "code", NULL, NULL, "a code has at least one symbol");
    CM_CLEANUP(filter_freep) struct filter *f = calloc(1, sizeof *f);
    if (f == NULL) return CM_E_NO_MEMORY;
    f->code_n = options->code_n;
    f->rotates = options->rotation;
    rotation_init(&f->rotation, alphabet);
    TRY(build_words(f, alphabet, options, diag));
    if (f->rotates) {
        double turning = 1.0;
        for (unsigned i = 0; i < f->code_n; i++)
            turning *= (double)f->rotation.n / alphabet->n;
        f->share = f->share + turning < 1.0 ? f->share + turning : 1.0;
    }
    *out = take(&f);
    return CM_OK;
}

void filter_free(struct filter *filter) {
    if (filter == NULL) return;
    automaton_wipe(&filter->words);
    free(filter);
}

void filter_freep(struct filter **filter) { filter_free(*filter); }

void filter_mask(const struct filter *filter, const uint8_t *numerals, size_t n, size_t stride,
                 uint8_t *skip_out) {
    if (filter->words.next != NULL)
        automaton_rows(&filter->words, numerals, n, stride, filter->code_n, skip_out);
    else
        memset(skip_out, 0, n);
    if (filter->rotates)
        rotation_rows(&filter->rotation, numerals, n, stride, filter->code_n, skip_out);
}

double filter_share(const struct filter *filter) { return filter->share; }
