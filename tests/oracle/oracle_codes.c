/* Mint and open the codes of tests/oracle/cases.json with the library, for agree.mjs.
 * Reads the cases with jansson, so that nothing but the construction is under test. A case says
 * whether the library's word list and standard look-alikes count, and names its own. */
#include "oracle/oracle_codes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "support/splitmix.h"

#include "base/bytes.h"
#include "base/date.h"
#include "base/macros.h"
#include "base/text.h"
#include "codes/coder.h"
#include "codes/filter.h"
#include "codes/normalise.h"

#define LINES     1024u /* of one call of the library */
#define WORDS_MAX 16u   /* block list of a case */

struct oracle_case {
    json_t *root, *spec;
    struct cm_scheme_numbers numbers;
    struct cm_coder *coder;
    struct normaliser normaliser;
    size_t code_len;
};

static void case_close(struct oracle_case *c) {
    cm_coder_free(c->coder);
    json_decref(c->root);
}

static uint64_t number(const json_t *object, const char *name) {
    return (uint64_t)json_integer_value(json_object_get(object, name));
}

static const char *text(const json_t *object, const char *name) {
    const char *value = json_string_value(json_object_get(object, name));
    return value != NULL ? value : "";
}

static json_t *find(const json_t *list, const char *name) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *spec = json_array_get(list, i);
        if (strcmp(text(spec, "name"), name) == 0) return spec;
    }
    return NULL;
}

static enum cm_check check_named(const char *name) {
    static const char *const names[] = {"none", "prime", "gf16", "gf32", "damm"};
    static const enum cm_check kinds[] = {CM_CHECK_NONE, CM_CHECK_PRIME, CM_CHECK_GF16,
                                          CM_CHECK_GF32, CM_CHECK_DAMM};
    for (size_t i = 0; i < CM_ARRAY_N(names); i++) {
        if (strcmp(names[i], name) == 0) return kinds[i];
    }
    return CM_CHECK_NONE;
}

static cm_err read_numbers(const json_t *spec, struct cm_scheme_numbers *out) {
    struct cm_scheme_numbers numbers = {.id = (uint32_t)number(spec, "scheme_id"),
                                        .key_version_first = 1,
                                        .test = true,
                                        .length = (uint8_t)number(spec, "length"),
                                        .check = check_named(text(spec, "check")),
                                        .batches = number(spec, "batches"),
                                        .serials = number(spec, "serials"),
                                        .table_version = 1};
    const json_t *filter = json_object_get(spec, "filter");
    numbers.filter_version = (uint8_t)number(filter, "version");
    numbers.rotation_filter = json_is_true(json_object_get(filter, "rotation"));
    TRY(cm_alphabet_init(&numbers.alphabet, slice_text(text(spec, "alphabet")), NULL));
    const json_t *attributes = json_object_get(spec, "attributes");
    if (json_array_size(attributes) > CM_ATTRIBUTES_MAX) return CM_E_RANGE;
    numbers.attribute_n = (uint8_t)json_array_size(attributes);
    for (size_t i = 0; i < numbers.attribute_n; i++) {
        numbers.attribute[i].present_inline = true;
        numbers.attribute[i].cardinality = number(json_array_get(attributes, i), "cardinality");
    }
    const json_t *date = json_object_get(spec, "date");
    if (json_is_object(date)) {
        numbers.date = (struct cm_radix_field){true, number(date, "days")};
        TRY(date_parse(slice_text(text(date, "epoch")), &numbers.epoch_day));
    }
    TRY(cm_scheme_numbers_freeze(&numbers, NULL));
    *out = numbers;
    return CM_OK;
}

/* The filter of the case, words of its own included. */
static cm_err filter_of(const struct oracle_case *c, struct filter **out) {
    const json_t *spec = json_object_get(c->spec, "filter");
    const json_t *list = json_object_get(spec, "words");
    struct cm_slice words[WORDS_MAX];
    const size_t n = json_array_size(list);
    if (n > WORDS_MAX) return CM_E_RANGE;
    for (size_t i = 0; i < n; i++) {
        words[i] = slice_text(json_string_value(json_array_get(list, i)));
    }
    const struct filter_options options = {.code_n = (uint8_t)c->code_len,
                                           .version = c->numbers.filter_version,
                                           .rotation = c->numbers.rotation_filter,
                                           .extra = words,
                                           .extra_n = n,
                                           .extra_exact =
                                               !json_is_true(json_object_get(spec, "spelled"))};
    return filter_new(out, &c->numbers.alphabet, &options, NULL);
}

/* Only for words of the case's own: else the coder keeps the filter that it made of the scheme's
 * numbers, as in production. */
static cm_err set_filter(struct oracle_case *c) {
    const json_t *spec = json_object_get(c->spec, "filter");
    if (json_array_size(json_object_get(spec, "words")) == 0) return CM_OK;
    struct filter *filter = NULL;
    TRY(filter_of(c, &filter));
    coder_set_filter(c->coder, filter);
    return CM_OK;
}

/* The look-alikes of the case, and the standard ones only if it wants them: one of those is a
 * character that is no symbol (nor folds to one) and yet has a position. */
static cm_err set_lookalikes(struct oracle_case *c) {
    const struct cm_alphabet *alphabet = &c->numbers.alphabet;
    TRY(normaliser_init(&c->normaliser, alphabet, (uint8_t)c->code_len, 1, NULL));
    const bool standard = json_is_true(json_object_get(c->spec, "standard_lookalikes"));
    for (unsigned i = 0; !standard && i < sizeof c->normaliser.ascii; i++) {
        const unsigned upper = i >= 'a' && i <= 'z' && alphabet->folds_case ? i - 'a' + 'A' : i;
        if (alphabet->index[upper] == CM_NO_SYMBOL && c->normaliser.ascii[i] != NORMALISE_DELETE)
            c->normaliser.ascii[i] = CM_NO_SYMBOL;
    }
    const char *from = NULL;
    json_t *to = NULL;
    json_object_foreach(json_object_get(c->spec, "lookalikes"), from, to) {
        TRY(normaliser_lookalike(&c->normaliser, alphabet, from[0], json_string_value(to)[0],
                                 NULL));
    }
    return CM_OK;
}

static cm_err case_open(struct oracle_case *c, const char *cases, const char *name) {
    json_error_t error;
    *c = (struct oracle_case){.root = json_load_file(cases, 0, &error)};
    c->spec = find(json_object_get(c->root, "codes"), name);
    if (c->spec == NULL) return CM_E_NOT_FOUND;
    TRY(read_numbers(c->spec, &c->numbers));
    struct cm_key root;
    TRY(hex_parse(slice_text(text(c->spec, "root_key")), root.b, sizeof root.b));
    TRY(cm_coder_new(&c->coder, &c->numbers, &root, (uint8_t)number(c->spec, "key_version")));
    c->code_len = cm_scheme_code_len(&c->numbers);
    TRY(set_filter(c));
    return set_lookalikes(c);
}

static void print_unit(const struct oracle_case *c, const struct cm_unit_fields *unit) {
    for (unsigned i = 0; i < c->numbers.attribute_n; i++) {
        printf("%s%" PRIu64, i > 0 ? "," : "", unit->attribute[i]);
    }
    if (c->numbers.attribute_n == 0) printf("-");
    if (c->numbers.date.present_inline)
        printf("|%" PRId64, unit->day);
    else
        printf("|-");
    printf("|%" PRIu64 "|%" PRIu64, unit->batch, unit->serial);
}

/* Unit 0 is all zeros, unit 1 all greatest values, the others random. */
static struct cm_unit_fields unit_number(const struct oracle_case *c, uint64_t i, uint64_t *seed) {
    const struct cm_scheme_numbers *numbers = &c->numbers;
    struct cm_unit_fields unit = {.day = 0};
    uint64_t cardinality[CM_ATTRIBUTES_MAX + 3] = {0}, value[CM_ATTRIBUTES_MAX + 3] = {0};
    const unsigned n = numbers->attribute_n;
    for (unsigned k = 0; k < n; k++)
        cardinality[k] = numbers->attribute[k].cardinality;
    cardinality[n] = numbers->date.present_inline ? numbers->date.cardinality : 1;
    cardinality[n + 1] = numbers->batches;
    cardinality[n + 2] = numbers->serials;
    for (unsigned k = 0; k < n + 3; k++) {
        if (i == 1)
            value[k] = cardinality[k] - 1;
        else if (i > 1)
            value[k] = splitmix_next(seed) % cardinality[k];
    }
    for (unsigned k = 0; k < n; k++)
        unit.attribute[k] = value[k];
    unit.day = (int64_t)value[n];
    unit.batch = value[n + 1];
    unit.serial = value[n + 2];
    return unit;
}

static cm_err mint(struct oracle_case *c, uint64_t seed, uint64_t n) {
    static struct cm_unit_fields units[LINES];
    static uint8_t rows[LINES * (CM_LENGTH_MAX + 1)], skip[LINES];
    static char texts[sizeof rows];
    for (uint64_t done = 0; done < n; done += LINES) {
        const size_t part = n - done < LINES ? (size_t)(n - done) : LINES;
        for (size_t i = 0; i < part; i++)
            units[i] = unit_number(c, done + i, &seed);
        TRY(cm_coder_mint(c->coder, units, part, rows, skip));
        cm_coder_text(c->coder, rows, part, texts);
        for (size_t i = 0; i < part; i++) {
            print_unit(c, &units[i]);
            if (skip[i] != 0)
                printf("|-\n");
            else
                printf("|%.*s\n", (int)c->code_len, texts + i * c->code_len);
        }
    }
    return CM_OK;
}

static cm_err open_rows(struct oracle_case *c, const uint8_t *rows, const uint8_t *verdicts,
                        size_t n) {
    static struct cm_opened opened[LINES];
    TRY(cm_coder_open(c->coder, rows, n, opened));
    for (size_t i = 0; i < n; i++) {
        const enum cm_open result = verdicts[i] == NORMALISED_OK ? opened[i].result : CM_OPEN_NONE;
        if (result == CM_OPEN_OK)
            print_unit(c, &opened[i].fields);
        else
            printf(result == CM_OPEN_TYPO ? "typo" : "none");
        printf("\n");
    }
    return CM_OK;
}

static cm_err open_lines(struct oracle_case *c) {
    static uint8_t rows[LINES * (CM_LENGTH_MAX + 1)], verdicts[LINES];
    char *line = NULL;
    size_t cap = 0, n = 0;
    ssize_t len = 0;
    cm_err err = CM_OK;
    while (err == CM_OK && (len = getline(&line, &cap, stdin)) >= 0) {
        if (len > 0 && line[len - 1] == '\n') len--;
        verdicts[n] =
            (uint8_t)normalise(&c->normaliser, slice_of(line, (size_t)len), rows + n * c->code_len);
        n++;
        if (n == LINES) {
            err = open_rows(c, rows, verdicts, n);
            n = 0;
        }
    }
    free(line);
    return err != CM_OK ? err : open_rows(c, rows, verdicts, n);
}

/* 1 or 0 for each text of stdin: whether the filter skips it. */
static cm_err filter_lines(struct oracle_case *c) {
    CM_CLEANUP(filter_freep) struct filter *filter = NULL;
    TRY(filter_of(c, &filter));
    uint8_t row[CM_LENGTH_MAX + 1], skip = 0;
    char *line = NULL;
    size_t cap = 0;
    ssize_t len = 0;
    cm_err err = CM_OK;
    while (err == CM_OK && (len = getline(&line, &cap, stdin)) >= 0) {
        if (len > 0 && line[len - 1] == '\n') len--;
        if ((size_t)len != c->code_len) err = CM_E_FORMAT;
        for (size_t i = 0; err == CM_OK && i < c->code_len; i++)
            row[i] = c->numbers.alphabet.index[(uint8_t)line[i]];
        if (err != CM_OK) break;
        filter_mask(filter, row, 1, c->code_len, &skip);
        printf("%u\n", skip);
    }
    free(line);
    return err;
}

static int status(cm_err err, const char *name) {
    if (err == CM_OK) return 0;
    fprintf(stderr, "%s: %s\n", name, cm_err_name(err));
    return 2;
}

int oracle_mint(const char *cases, const char *name, const char *seed, const char *n) {
    uint64_t seed_value = 0, n_value = 0;
    if (text_u64(slice_text(seed), UINT64_MAX, &seed_value) != CM_OK ||
        text_u64(slice_text(n), UINT32_MAX, &n_value) != CM_OK)
        return status(CM_E_FORMAT, name);
    struct oracle_case c;
    cm_err err = case_open(&c, cases, name);
    if (err == CM_OK) err = mint(&c, seed_value, n_value);
    case_close(&c);
    return status(err, name);
}

int oracle_open(const char *cases, const char *name) {
    struct oracle_case c;
    cm_err err = case_open(&c, cases, name);
    if (err == CM_OK) err = open_lines(&c);
    case_close(&c);
    return status(err, name);
}

int oracle_filtered(const char *cases, const char *name) {
    struct oracle_case c;
    cm_err err = case_open(&c, cases, name);
    if (err == CM_OK) err = filter_lines(&c);
    case_close(&c);
    return status(err, name);
}
