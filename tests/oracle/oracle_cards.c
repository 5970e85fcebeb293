/* Card numbers as this library makes them, printed for the oracle in node to judge.
 * Reads the cases with jansson directly: a test helper, no part of the product. The protocol is
 * at the head of tests/oracle/agree.mjs. */
#include "oracle/oracle_cards.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "base/text.h"
#include "cards/rules.h"
#include "countermark/card.h"

#define EDGES    8u /* indices at either end, as the protocol wants */
#define LINE_CAP 8200u

struct card_case {
    struct cm_pool_numbers pool;
    struct cm_card_rules *rules;
    struct cm_numberer *numberer;
    uint16_t issue;
    uint64_t held_below;
};

static void case_clear(struct card_case *c) {
    cm_numberer_free(c->numberer);
    rules_free(c->rules);
}

static json_t *find_pool(json_t *root, const char *name) {
    json_t *pool = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(root, "pools"), i, pool) {
        const char *found = json_string_value(json_object_get(pool, "name"));
        if (found != NULL && strcmp(found, name) == 0) return pool;
    }
    return NULL;
}

static uint64_t number_at(const json_t *object, const char *key) {
    return (uint64_t)json_integer_value(json_object_get(object, key));
}

static struct cm_slice text_at(const json_t *object, const char *key) {
    const json_t *text = json_object_get(object, key);
    return slice_of(json_string_value(text), json_string_length(text));
}

static cm_err read_rules(struct card_case *c, const json_t *spec) {
    uint32_t share = 0;
    TRY(share_read(text_at(spec, "held_share"), &share));
    TRY(rules_new(&c->rules, &c->pool));
    TRY(rules_begin(c->rules, 0, share, NULL));
    if (c->rules == NULL || c->rules->versions[0].held_below != number_at(spec, "held_below"))
        return CM_E_CORRUPT;
    const json_t *exclude = json_object_get(spec, "exclude");
    for (size_t i = 0; i < json_array_size(exclude); i++) {
        const json_t *number = json_array_get(exclude, i);
        const struct cm_slice text =
            slice_of(json_string_value(number), json_string_length(number));
        TRY(rules_add_number(c->rules, text, NULL));
    }
    TRY(rules_seal(c->rules, NULL));
    c->pool.rules = c->rules;
    return CM_OK;
}

static struct cm_card_shape read_shape(const json_t *face, uint64_t digits) {
    struct cm_card_shape shape = {.number_n = 0};
    const struct cm_slice prefix = text_at(face, "prefix");
    if (face == NULL || prefix.len > CM_CARD_PREFIX_MAX) return shape;
    shape.number_n = (uint8_t)digits;
    shape.prefix_n = (uint8_t)prefix.len;
    memcpy(shape.prefix, prefix.p, prefix.len);
    return shape;
}

static struct cm_card_faces read_faces(const json_t *faces) {
    const json_t *tag = json_object_get(faces, "tag");
    return (struct cm_card_faces){
        .ean13 = read_shape(json_object_get(faces, "ean13"), CM_CARD_EAN13_N),
        .gsrn = read_shape(json_object_get(faces, "gsrn"), CM_CARD_GSRN_N),
        .tag = read_shape(tag, number_at(tag, "digits")),
        .tag_n = (uint8_t)number_at(tag, "items")};
}

static cm_err read_case(struct card_case *c, const json_t *spec) {
    const json_t *pin = json_object_get(spec, "pin");
    const struct cm_slice prefix = text_at(spec, "prefix");
    if (prefix.len > CM_CARD_PREFIX_MAX) return CM_E_RANGE;
    c->pool = (struct cm_pool_numbers){.id = (uint32_t)number_at(spec, "pool_id"),
                                       .test = true,
                                       .prefix_n = (uint8_t)prefix.len,
                                       .body_n = (uint8_t)number_at(spec, "digits"),
                                       .pin_n = (uint8_t)number_at(pin, "digits"),
                                       .faces = read_faces(json_object_get(spec, "faces"))};
    memcpy(c->pool.prefix, prefix.p, prefix.len);
    c->issue = (uint16_t)number_at(pin, "issue");
    struct cm_key root;
    TRY(hex_parse(text_at(spec, "root_key"), root.b, CM_KEY_LEN));
    TRY(read_rules(c, spec));
    return cm_numberer_new(&c->numberer, &c->pool, &root, (uint8_t)number_at(spec, "key_version"));
}

static int load_case(struct card_case *c, const char *cases, const char *name) {
    json_t *root = json_load_file(cases, JSON_REJECT_DUPLICATES, NULL);
    const json_t *spec = find_pool(root, name);
    const cm_err err = spec == NULL ? CM_E_NOT_FOUND : read_case(c, spec);
    json_decref(root);
    if (err != CM_OK) (void)fprintf(stderr, "pool %s: %s\n", name, cm_err_name(err));
    return err == CM_OK ? 0 : 2;
}

/* splitmix64: good enough to spread test indices, and the same everywhere. */
static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static uint64_t index_of_line(const struct card_case *c, uint64_t line, uint64_t *random) {
    const uint64_t size = cm_card_capacity(&c->pool);
    if (line < EDGES) return line;
    if (line < 2u * EDGES) return size - 2u * EDGES + line;
    return next_random(random) % size;
}

static cm_err print_card(const struct card_case *c, uint64_t index) {
    char number[CM_CARD_NUMBER_MAX + 1] = {0}, pin[CM_CARD_PIN_MAX + 1] = "-";
    uint8_t skip = 0;
    TRY(cm_numberer_make(c->numberer, index, 1, number, &skip));
    const struct cm_card_pin asked = {.index = index, .issue = c->issue};
    if (c->pool.pin_n > 0) TRY(cm_numberer_pin(c->numberer, &asked, 1, pin));
    (void)printf("%" PRIu64 "|%s|%s|%d\n", index, number, pin, skip != 0 ? 1 : 0);
    return CM_OK;
}

static cm_err print_faces(const struct card_case *c, uint64_t index) {
    static const enum cm_card_face faces[] = {CM_FACE_EAN13, CM_FACE_GSRN, CM_FACE_TAG};
    const uint8_t items = c->pool.faces.tag_n > 0 ? c->pool.faces.tag_n : 1u;
    const struct cm_card_item item = {.index = index, .member = (uint8_t)(1u + index % items)};
    (void)printf("%" PRIu64 "|%u", index, (unsigned)item.member);
    for (size_t i = 0; i < CM_ARRAY_N(faces); i++) {
        char row[CM_CARD_NUMBER_MAX + 1] = "-";
        if (cm_card_shape(&c->pool, faces[i]).number_n > 0)
            TRY(cm_numberer_face(c->numberer, faces[i], &item, 1, row));
        (void)printf("|%s", row);
    }
    (void)printf("\n");
    return CM_OK;
}

typedef cm_err (*print_fn)(const struct card_case *c, uint64_t index);

static int print_lines(const char *cases, const char *name, const char *seed, const char *n,
                       print_fn print) {
    struct card_case c = {0};
    uint64_t count = 0, random = 0;
    for (const char *s = seed; *s != '\0'; s++)
        random = random * 31u + (unsigned char)*s;
    if (text_u64(slice_text(n), UINT32_MAX, &count) != CM_OK) return 2;
    int status = load_case(&c, cases, name);
    for (uint64_t line = 0; line < count && status == 0; line++)
        status = print(&c, index_of_line(&c, line, &random)) == CM_OK ? 0 : 2;
    case_clear(&c);
    return status;
}

int oracle_cards(const char *cases, const char *name, const char *seed, const char *n) {
    return print_lines(cases, name, seed, n, print_card);
}

int oracle_faces(const char *cases, const char *name, const char *seed, const char *n) {
    return print_lines(cases, name, seed, n, print_faces);
}

static cm_err print_opened(const struct card_case *c, struct cm_slice text) {
    char number[CM_CARD_NUMBER_MAX];
    struct cm_card_opened opened = {0};
    cm_numberer_read(c->numberer, &text, 1, number);
    TRY(cm_numberer_open(c->numberer, number, 1, &opened));
    if (opened.reading == CM_CARD_INDEX)
        (void)printf("%" PRIu64 "\n", opened.index);
    else
        (void)puts(opened.reading == CM_CARD_TYPO ? "typo" : "none");
    return CM_OK;
}

static cm_err print_any(const struct card_case *c, struct cm_slice text) {
    static const char *const names[CM_CARD_FACE_N] = {"number", "ean13", "gsrn", "tag"};
    struct cm_card_opened opened = {0};
    TRY(cm_numberer_open_any(c->numberer, &text, 1, &opened));
    if (opened.reading != CM_CARD_INDEX)
        (void)puts(opened.reading == CM_CARD_TYPO ? "typo" : "none");
    else if ((opened.skip & CM_CARD_SKIP_BEYOND) != 0)
        (void)printf("%s|beyond|%u\n", names[opened.face], (unsigned)opened.member);
    else
        (void)printf("%s|%" PRIu64 "|%u\n", names[opened.face], opened.index,
                     (unsigned)opened.member);
    return CM_OK;
}

typedef cm_err (*open_fn)(const struct card_case *c, struct cm_slice text);

static int open_lines(const char *cases, const char *name, open_fn print) {
    struct card_case c = {0};
    int status = load_case(&c, cases, name);
    char line[LINE_CAP];
    while (status == 0 && fgets(line, sizeof line, stdin) != NULL) {
        const size_t len = strcspn(line, "\n");
        status = print(&c, slice_of(line, len)) == CM_OK ? 0 : 2;
    }
    case_clear(&c);
    return status;
}

int oracle_cards_open(const char *cases, const char *name) {
    return open_lines(cases, name, print_opened);
}

int oracle_faces_open(const char *cases, const char *name) {
    return open_lines(cases, name, print_any);
}
