/* Strict JSON over jansson 2.14. jansson keeps no places, so the text stays borrowed and a place is
 * found again when an error needs it (json_place.c). Its own messages quote the input and are not
 * used: only its error codes and positions. */
#include "doc/json.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/nearest.h"
#include "base/text.h"
#include "doc/json_place.h"

#define PLACE_CAP   DIAG_PART_CAP
#define PROBLEM_CAP DIAG_PART_CAP

struct json_doc {
    json_t *root;
    struct cm_slice text;
    const char *input;
    struct cm_diag *diag;
};

static cm_err err_from_jansson(enum json_error_code code, const char **problem) {
    *problem = "this is not JSON";
    /* clang-format off */
    switch ((int)code) {
    case json_error_out_of_memory: *problem = "out of memory"; return CM_E_NO_MEMORY;
    case json_error_stack_overflow: *problem = "nested too deeply"; return CM_E_LIMIT;
    case json_error_invalid_utf8: *problem = "the text is not UTF-8"; break;
    case json_error_premature_end_of_input: *problem = "the text ends too early"; break;
    case json_error_end_of_input_expected: *problem = "more text follows the value"; break;
    case json_error_null_character:
    case json_error_null_byte_in_key: *problem = "a text holds the character U+0000"; break;
    case json_error_duplicate_key: *problem = "a key stands twice in one object"; break;
    case json_error_numeric_overflow: *problem = "a number is too big"; return CM_E_RANGE;
    default: break;
    }
    /* clang-format on */
    return CM_E_FORMAT;
}

static cm_err parse_fail(const struct json_doc *doc, const json_error_t *error) {
    const char *problem = NULL;
    const cm_err err = err_from_jansson(json_error_code(error), &problem);
    /* jansson counts the byte behind the token; its own line and column are unset for limits */
    const size_t offset = error->position > 0 ? (size_t)error->position - 1 : 0;
    const struct json_spot spot = json_place_spot(doc->text, offset);
    char place[PLACE_CAP];
    (void)snprintf(place, sizeof place, "line %zu, column %zu", spot.line, spot.column);
    return diag_fail(doc->diag, err, doc->input, place, "mend the text there", "%s", problem);
}

/* jansson 2.14 lets a NUL byte pass between tokens; RFC 8259 allows no raw control character but
 * tab, line feed and carriage return anywhere. */
static cm_err controls_check(const struct json_doc *doc) {
    for (size_t i = 0; i < doc->text.len; i++) {
        const uint8_t c = doc->text.p[i];
        if (c >= 0x20 || c == '\t' || c == '\n' || c == '\r') continue;
        const struct json_spot spot = json_place_spot(doc->text, i);
        char place[PLACE_CAP];
        (void)snprintf(place, sizeof place, "line %zu, column %zu", spot.line, spot.column);
        return diag_fail(doc->diag, CM_E_FORMAT, doc->input, place,
                         "remove it, or write it as an escape", "a raw control character, 0x%02X",
                         c);
    }
    return CM_OK;
}

static cm_err limits_check(const struct json_doc *doc, const struct json_limits *limits) {
    if (doc->text.len > limits->text_max)
        return diag_fail(doc->diag, CM_E_LIMIT, doc->input, NULL, "send less at once",
                         "%zu bytes of JSON, at most %zu are read", doc->text.len,
                         limits->text_max);
    if (limits->depth_max < 1 || limits->depth_max > JSON_DEPTH_MAX) return CM_E_ARGUMENT;
    if (doc->text.len >= 3 && memcmp(doc->text.p, "\xEF\xBB\xBF", 3) == 0)
        return diag_fail(doc->diag, CM_E_FORMAT, doc->input, "line 1, column 1",
                         "save the file as UTF-8 without it",
                         "the text begins with a byte-order mark"); /* RFC 8259 section 8.1 */
    const size_t depth = json_place_depth(doc->text);
    if (depth > limits->depth_max)
        return diag_fail(doc->diag, CM_E_LIMIT, doc->input, NULL, "flatten the document",
                         "nested %zu levels deep, at most %u are read", depth, limits->depth_max);
    return CM_OK;
}

cm_err json_doc_new(struct json_doc **out, struct cm_slice text, const char *input,
                    const struct json_limits *limits, struct cm_diag *diag) {
    struct json_doc local = {.root = NULL, .text = text, .input = input, .diag = diag};
    TRY(limits_check(&local, limits));
    TRY(controls_check(&local));
    json_error_t error = {.position = 0};
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY;
    const char *bytes = text.len > 0 ? (const char *)text.p : "";
    local.root = json_loadb(bytes, text.len, flags, &error);
    if (local.root == NULL) return parse_fail(&local, &error);
    struct json_doc *doc = malloc(sizeof *doc);
    if (doc == NULL) {
        json_decref(local.root);
        return CM_E_NO_MEMORY;
    }
    *doc = local;
    *out = doc;
    return CM_OK;
}

/* Documents carry codes (what a line takes, what a camera read), and jansson frees without wiping.
 * Nobody else has its texts. */
static void wipe_texts(json_t *v) {
    size_t i = 0;
    const char *key = NULL;
    json_t *child = NULL;
    if (json_is_string(v)) wipe((void *)(uintptr_t)json_string_value(v), json_string_length(v));
    json_array_foreach(v, i, child) wipe_texts(child);
    json_object_foreach(v, key, child) wipe_texts(child);
}

void json_doc_free(struct json_doc *doc) {
    if (doc == NULL) return;
    wipe_texts(doc->root);
    json_decref(doc->root);
    free(doc);
}

void json_doc_freep(struct json_doc **doc) {
    json_doc_free(*doc);
    *doc = NULL;
}

struct json_value json_root(struct json_doc *doc) {
    return (struct json_value){.doc = doc, .node = doc->root, .container = NULL};
}

struct json_value json_get(struct json_value object, const char *key) {
    const json_t *in = object.node;
    return (struct json_value){.doc = object.doc,
                               .node = in != NULL ? json_object_get(in, key) : NULL,
                               .container = in,
                               .key = key};
}

struct json_value json_nearest(struct json_value v, const char *key) {
    const struct json_value object = {.doc = v.doc, .node = v.container};
    const struct json_value beside = json_get(object, key);
    return beside.node != NULL ? beside : json_get(json_root(v.doc), key);
}

struct json_value json_at(struct json_value array, size_t index) {
    const json_t *in = array.node;
    return (struct json_value){.doc = array.doc,
                               .node = in != NULL ? json_array_get(in, index) : NULL,
                               .container = in,
                               .index = index};
}

struct json_value json_member(struct json_value object, size_t i, const char **key) {
    /* jansson's iterators want a mutable object, and do not change it */
    json_t *in = (json_t *)(uintptr_t)object.node;
    void *at = json_is_object(in) ? json_object_iter(in) : NULL;
    while (at != NULL && i-- > 0)
        at = json_object_iter_next(in, at);
    if (at == NULL) return (struct json_value){.doc = object.doc, .container = in};
    *key = json_object_iter_key(at);
    return (struct json_value){
        .doc = object.doc, .node = json_object_iter_value(at), .container = in, .key = *key};
}

enum json_kind json_kind_of(struct json_value v) {
    if (v.node == NULL) return JSON_KIND_ABSENT;
    switch (json_typeof((const json_t *)v.node)) {
    case JSON_OBJECT: return JSON_KIND_OBJECT;
    case JSON_ARRAY: return JSON_KIND_ARRAY;
    case JSON_STRING: return JSON_KIND_TEXT;
    case JSON_INTEGER: return JSON_KIND_INTEGER;
    case JSON_REAL: return JSON_KIND_REAL;
    case JSON_TRUE:
    case JSON_FALSE: return JSON_KIND_BOOL;
    case JSON_NULL: return JSON_KIND_NULL;
    default: return JSON_KIND_ABSENT;
    }
}

/* The trail from the root to a container: a search of the whole tree, without recursion. */
struct trail {
    struct json_step step[JSON_DEPTH_MAX + 1];
    const json_t *node[JSON_DEPTH_MAX + 1]; /* node[i] contains step[i] */
    void *iter[JSON_DEPTH_MAX + 1];
    size_t n;
};

static void trail_push(struct trail *t, const json_t *node) {
    t->node[t->n] = node;
    t->step[t->n] = (struct json_step){.key = NULL, .index = SIZE_MAX};
    t->iter[t->n] = NULL;
    t->n++;
}

/* The next child of the deepest container, or NULL when it has no more. */
static const json_t *trail_next(struct trail *t) {
    const size_t d = t->n - 1;
    const json_t *in = t->node[d];
    if (json_is_array(in)) return json_array_get(in, ++t->step[d].index);
    /* jansson's iteration wants a mutable object and leaves it as it is */
    json_t *object = (json_t *)(uintptr_t)in;
    t->iter[d] =
        t->iter[d] == NULL ? json_object_iter(object) : json_object_iter_next(object, t->iter[d]);
    if (t->iter[d] == NULL) return NULL;
    t->step[d].key = json_object_iter_key(t->iter[d]);
    return json_object_iter_value(t->iter[d]);
}

/* After a find, steps 0 .. n-1 lead from the root to `wanted`. */
static bool trail_find(struct trail *t, const json_t *root, const json_t *wanted) {
    t->n = 0;
    if (root == wanted) return true;
    if (!json_is_object(root) && !json_is_array(root)) return false;
    trail_push(t, root);
    while (t->n > 0) {
        const json_t *child = trail_next(t);
        if (child == wanted && child != NULL) return true;
        if (child == NULL) {
            t->n--;
        } else if ((json_is_object(child) || json_is_array(child)) && t->n <= JSON_DEPTH_MAX) {
            trail_push(t, child);
        }
    }
    return false;
}

static void path_text(const struct trail *t, char out[static PLACE_CAP], struct json_spot spot) {
    out[0] = '\0';
    text_append(out, PLACE_CAP, "line %zu, column %zu, $", spot.line, spot.column);
    for (size_t i = 0; i < t->n; i++) {
        if (t->step[i].key != NULL)
            text_append(out, PLACE_CAP, ".%s", t->step[i].key);
        else
            text_append(out, PLACE_CAP, "[%zu]", t->step[i].index);
    }
    for (char *c = out; *c != 0; c++) /* a hostile key shall not write lines of its own to a log */
        if ((unsigned char)*c < 0x20 || *c == 0x7F) *c = '?';
}

static void place_of(struct json_value v, bool at_key, char out[static PLACE_CAP]) {
    struct trail t = {.n = 0};
    const json_t *from = v.container != NULL ? v.container : v.node;
    if (!trail_find(&t, v.doc->root, from)) t.n = 0;
    if (v.container != NULL && t.n <= JSON_DEPTH_MAX)
        t.step[t.n++] = (struct json_step){.key = v.key, .index = v.index};
    const size_t offset = json_place_offset(v.doc->text, t.step, t.n, at_key);
    path_text(&t, out, json_place_spot(v.doc->text, offset));
}

static cm_err fail_at(struct json_value v, bool at_key, cm_err err, const char *remedy,
                      const char *problem) {
    if (v.doc->diag == NULL) return err;
    char place[PLACE_CAP];
    place_of(v, at_key, place);
    return diag_fail(v.doc->diag, err, v.doc->input, place, remedy, "%s", problem);
}

cm_err json_fail(struct json_value v, cm_err err, const char *remedy, const char *problem_format,
                 ...) {
    char problem[PROBLEM_CAP];
    va_list args;
    va_start(args, problem_format);
    (void)vsnprintf(problem, sizeof problem, problem_format, args);
    va_end(args);
    return fail_at(v, false, err, remedy, problem);
}

static const char *const kind_names[] = {
    [JSON_KIND_ABSENT] = "absent",
    [JSON_KIND_NULL] = "null",
    [JSON_KIND_BOOL] = "true/false",
    [JSON_KIND_INTEGER] = "an integer",
    [JSON_KIND_REAL] = "a number with a fraction or exponent",
    [JSON_KIND_TEXT] = "a text",
    [JSON_KIND_ARRAY] = "an array",
    [JSON_KIND_OBJECT] = "an object",
};

static cm_err want(struct json_value v, enum json_kind kind) {
    const enum json_kind got = json_kind_of(v);
    if (got == kind) return CM_OK;
    if (got == JSON_KIND_ABSENT)
        return json_fail(v, CM_E_FORMAT, "add it", "missing: %s is wanted here", kind_names[kind]);
    return json_fail(v, CM_E_FORMAT, "change the value", "this is %s, wanted is %s",
                     kind_names[got], kind_names[kind]);
}

cm_err json_i64(struct json_value v, int64_t min, int64_t max, int64_t *out) {
    TRY(want(v, JSON_KIND_INTEGER));
    const int64_t value = json_integer_value((const json_t *)v.node);
    if (value < min || value > max)
        return json_fail(v, CM_E_RANGE, "change the number", "%lld is outside %lld to %lld",
                         (long long)value, (long long)min, (long long)max);
    *out = value;
    return CM_OK;
}

cm_err json_u64(struct json_value v, uint64_t min, uint64_t max, uint64_t *out) {
    TRY(want(v, JSON_KIND_INTEGER));
    const int64_t value = json_integer_value((const json_t *)v.node);
    if (value < 0 || (uint64_t)value < min || (uint64_t)value > max)
        return json_fail(v, CM_E_RANGE, "change the number", "%lld is outside %llu to %llu",
                         (long long)value, (unsigned long long)min, (unsigned long long)max);
    *out = (uint64_t)value;
    return CM_OK;
}

cm_err json_bool(struct json_value v, bool *out) {
    TRY(want(v, JSON_KIND_BOOL));
    *out = json_is_true((const json_t *)v.node);
    return CM_OK;
}

cm_err json_text(struct json_value v, size_t min, size_t max, struct cm_slice *out) {
    TRY(want(v, JSON_KIND_TEXT));
    const size_t len = json_string_length((const json_t *)v.node);
    if (len < min || len > max)
        return json_fail(v, CM_E_RANGE, "change the text", "%zu bytes long, allowed are %zu to %zu",
                         len, min, max);
    *out = slice_of(json_string_value((const json_t *)v.node), len);
    return CM_OK;
}

cm_err json_copy_text(struct json_value v, size_t min, char *out, size_t cap) {
    struct cm_slice text = slice_text("");
    TRY(json_text(v, min, cap - 1, &text));
    memcpy(out, text.p, text.len);
    out[text.len] = '\0';
    return CM_OK;
}

static void words_list(const char *const *words, size_t n, char out[static PROBLEM_CAP]) {
    out[0] = '\0';
    for (size_t i = 0; i < n; i++)
        text_append(out, PROBLEM_CAP, "%s%s", i > 0 ? ", " : "", words[i]);
}

/* The word that was meant by a misspelt one, as far as a machine can tell. */
static void suggest(const char *typed, const char *const *words, size_t n, const char *otherwise,
                    char out[static DIAG_PART_CAP]) {
    const char *near = nearest_word(typed, words, n);
    (void)snprintf(out, DIAG_PART_CAP, near != NULL ? "did you mean \"%s\"?" : "%s",
                   near != NULL ? near : otherwise);
}

cm_err json_word(struct json_value v, const char *const *words, size_t n, size_t *out) {
    TRY(want(v, JSON_KIND_TEXT));
    const char *text = json_string_value((const json_t *)v.node);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i], text) != 0) continue;
        *out = i;
        return CM_OK;
    }
    char list[PROBLEM_CAP], remedy[DIAG_PART_CAP];
    words_list(words, n, list);
    suggest(text, words, n, "use one of the words", remedy);
    return json_fail(v, CM_E_FORMAT, remedy, "unknown word; known are: %s", list);
}

cm_err json_items(struct json_value v, size_t min, size_t max, size_t *n) {
    TRY(want(v, JSON_KIND_ARRAY));
    const size_t count = json_array_size((const json_t *)v.node);
    if (count < min || count > max)
        return json_fail(v, CM_E_RANGE, "change the list", "%zu items, allowed are %zu to %zu",
                         count, min, max);
    *n = count;
    return CM_OK;
}

static bool word_known(const char *word, const char *const *words, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i], word) == 0) return true;
    return false;
}

cm_err json_only(struct json_value v, const char *const *keys, size_t n) {
    TRY(want(v, JSON_KIND_OBJECT));
    json_t *object = (json_t *)(uintptr_t)v.node; /* as in trail_next */
    for (void *it = json_object_iter(object); it != NULL; it = json_object_iter_next(object, it)) {
        const char *key = json_object_iter_key(it);
        if (word_known(key, keys, n)) continue;
        char list[PROBLEM_CAP], problem[PROBLEM_CAP], remedy[DIAG_PART_CAP];
        words_list(keys, n, list);
        suggest(key, keys, n, "remove it or correct its name", remedy);
        problem[0] = '\0';
        text_append(problem, sizeof problem, "unknown key; known are: %s", list);
        return fail_at(json_get(v, key), true, CM_E_FORMAT, remedy, problem);
    }
    return CM_OK;
}
