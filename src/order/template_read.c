/* The head of a record format's JSON: its name, kind, dialect, and what it holds. The rest is
 * template_shape.c's. It refuses keys that its kind does not have and formats of a later version.
 */
#include <stdio.h>
#include <stdlib.h>

#include "order/template_inside.h"

#define FORMAT_VERSION 1u

static const char *const kinds[TEMPLATE_KIND_N] = {"csv", "fixed", "xml", "jsonl", "text"};
static const char *const extensions[TEMPLATE_KIND_N] = {".csv", ".txt", ".xml", ".jsonl", ".txt"};

/* ---- Keys and the kinds that have them ---------------------------------------------------------
 */

#define CSV   (1u << KIND_CSV)
#define XML   (1u << KIND_XML)
#define TEXT  (1u << KIND_TEXT)
#define EVERY ((1u << TEMPLATE_KIND_N) - 1)

static const struct {
    const char *key;
    unsigned kinds;
} keys[] = {{"format", EVERY},  {"name", EVERY},       {"about", EVERY},      {"kind", EVERY},
            {"holds", EVERY},   {"extension", EVERY},  {"encoding", EVERY},   {"eol", EVERY},
            {"forbid", EVERY},  {"match", EVERY},      {"fields", EVERY},     {"header", EVERY},
            {"trailer", EVERY}, {"companions", EVERY}, {"hash_total", EVERY}, {"bom", EVERY & ~XML},
            {"separator", CSV}, {"quote", CSV},        {"names", CSV},        {"root", XML},
            {"element", XML},   {"namespace", XML},    {"record", TEXT}};

static cm_err judge_keys(struct json_value root, enum template_kind kind) {
    const char *names[CM_ARRAY_N(keys)];
    for (size_t i = 0; i < CM_ARRAY_N(keys); i++)
        names[i] = keys[i].key;
    TRY(json_only(root, names, CM_ARRAY_N(keys)));
    for (size_t i = 0; i < CM_ARRAY_N(keys); i++) {
        const struct json_value v = json_get(root, keys[i].key);
        if (!json_present(v) || (keys[i].kinds & 1u << kind) != 0) continue;
        return json_fail(v, CM_E_FORMAT, "leave it out", "a format of kind \"%s\" has no \"%s\"",
                         kinds[kind], keys[i].key);
    }
    return CM_OK;
}

static cm_err word(struct json_value root, const char *key, const char *const *words, size_t n,
                   size_t *out) {
    const struct json_value v = json_get(root, key);
    return json_present(v) ? json_word(v, words, n, out) : CM_OK;
}

/* ---- Dialect ----------------------------------------------------------------------------------
 */

static cm_err read_separator(struct template_reader *r, struct json_value root) {
    static const char *const dialects[] = {"needed", "always", "never"};
    static const enum escape escapes[] = {ESCAPE_CSV_NEEDED, ESCAPE_CSV_ALWAYS, ESCAPE_NONE};
    const struct json_value v = json_get(root, "separator");
    struct cm_slice text = slice_text(",");
    size_t dialect = 0;
    if (json_present(v)) TRY(json_text(v, 1, 1, &text));
    const bool plain = text.p[0] == '\t' || (text.p[0] > ' ' && text.p[0] <= '~');
    if (!plain || text.p[0] == '"')
        return json_fail(v, CM_E_FORMAT, "use , ; | or a tab (\"\\t\")",
                         "this cannot separate columns");
    TRY(word(root, "quote", dialects, CM_ARRAY_N(dialects), &dialect));
    r->separator = (char)text.p[0];
    r->quote = '"';
    r->escape = escapes[dialect];
    return CM_OK;
}

static cm_err read_dialect(struct template_reader *r, struct json_value root) {
    static const char *const ends[] = {"crlf", "lf"};
    size_t charset = CHARSET_UTF_8, end = r->t->kind == KIND_XML || r->t->kind == KIND_JSONL;
    TRY(word(root, "encoding", charset_words, CHARSET_N, &charset));
    TRY(word(root, "eol", ends, CM_ARRAY_N(ends), &end));
    r->t->charset = (enum charset)charset;
    r->eol = end == 0 ? "\r\n" : "\n";
    if (r->t->kind == KIND_JSONL && charset != CHARSET_UTF_8)
        return json_fail(json_get(root, "encoding"), CM_E_FORMAT, "leave it out",
                         "JSON is UTF-8 (RFC 8259 section 8.1)");
    if (r->t->kind == KIND_FIXED && charset == CHARSET_UTF_8)
        return json_fail(root, CM_E_FORMAT,
                         "add \"encoding\": \"ascii\", \"iso-8859-1\" or \"windows-1252\"",
                         "a fixed format in UTF-8 has fields of changing size");
    if (r->t->kind == KIND_CSV) return read_separator(r, root);
    if (r->t->kind == KIND_XML) r->escape = ESCAPE_XML;
    if (r->t->kind == KIND_JSONL) r->escape = ESCAPE_JSON;
    return CM_OK;
}

/* ---- What it says of its records ---------------------------------------------------------------
 */

static cm_err read_value(struct json_value root, const char *key, int *out) {
    const char *names[RECORD_VALUE_N];
    size_t which = 0;
    if (!json_present(json_get(root, key))) return CM_OK;
    for (unsigned i = 0; i < RECORD_VALUE_N; i++)
        names[i] = record_value_name((enum record_value)i);
    TRY(json_word(json_get(root, key), names, RECORD_VALUE_N, &which));
    *out = (int)which;
    return CM_OK;
}

static cm_err read_records(struct template_reader *r, struct json_value root) {
    static const char *const holds[] = {"numbers", "pin"};
    const struct json_value forbid = json_get(root, "forbid"), hash = json_get(root, "hash_total");
    size_t what = 0;
    TRY(word(root, "holds", holds, CM_ARRAY_N(holds), &what));
    r->t->wants_pin = what == 1;
    TRY(read_value(root, "match", &r->match));
    TRY(read_value(root, "hash_total", &r->t->hash_value));
    if (r->t->hash_value == RECORD_PIN)
        return json_fail(hash, CM_E_FORMAT, "sum a number or control number",
                         "a sum of PINs stands in the trailer");
    if (r->t->hash_value >= 0) r->t->values |= 1u << r->t->hash_value;
    if (r->t->hash_value >= 0) r->t->needs |= 1u << r->t->hash_value;
    if (json_present(forbid)) TRY(json_text(forbid, 1, 128, &r->forbid));
    for (size_t i = 0; i < r->forbid.len; i++)
        if (r->forbid.p[i] <= ' ' || r->forbid.p[i] > '~')
            return json_fail(forbid, CM_E_FORMAT, "list printable ASCII characters",
                             "a character here is not ASCII, or a space");
    return CM_OK;
}

static cm_err read_names(struct template *t, struct json_value root) {
    const struct json_value about = json_get(root, "about"), ext = json_get(root, "extension");
    TRY(json_copy_text(json_get(root, "name"), 1, t->name, sizeof t->name));
    if (json_present(about)) TRY(json_copy_text(about, 0, t->about, sizeof t->about));
    (void)snprintf(t->extension, sizeof t->extension, "%s", extensions[t->kind]);
    if (!json_present(ext)) return CM_OK;
    TRY(json_copy_text(ext, 2, t->extension, sizeof t->extension));
    for (size_t i = 0; t->extension[i] != '\0'; i++) {
        const char c = t->extension[i];
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (i == 0 ? c != '.' : !plain)
            return json_fail(ext, CM_E_FORMAT, "write it as \".dat\"",
                             "no extension of a file's name");
    }
    return CM_OK;
}

/* ---- All of it --------------------------------------------------------------------------------
 */

/* Of its fields: the hash total's value alone is no record. */
static bool has_values(const struct template *t) {
    for (size_t i = 0; i < t->piece_n; i++)
        if (t->pieces[i].kind == PIECE_VALUE) return true;
    return false;
}

static cm_err read_root(struct template_reader *r, struct json_value root) {
    const struct json_value version = json_get(root, "format");
    struct template *t = r->t;
    uint64_t number = 0;
    size_t kind = 0;
    TRY(json_u64(version, 0, UINT64_MAX, &number));
    if (number != FORMAT_VERSION)
        return json_fail(version, CM_E_VERSION, "this program reads \"format\": 1",
                         "a format of another version");
    TRY(json_word(json_get(root, "kind"), kinds, TEMPLATE_KIND_N, &kind));
    t->kind = (enum template_kind)kind;
    TRY(judge_keys(root, t->kind));
    TRY(read_names(t, root));
    TRY(read_dialect(r, root));
    TRY(read_records(r, root));
    TRY(template_shape(r, root));
    if (!has_values(t))
        return json_fail(root, CM_E_FORMAT, "values stand in braces, as {number}",
                         "no record says anything of its own");
    if (t->wants_pin && (t->values & 1u << RECORD_PIN) == 0)
        return json_fail(json_get(root, "holds"), CM_E_FORMAT, "leave \"holds\" out, or add {pin}",
                         "it says that it holds PINs and has none");
    return CM_OK;
}

static void reader_freep(struct template_reader **r) {
    if (*r != NULL) buffer_free(&(*r)->pending);
    free(*r);
}

cm_err template_read(struct cm_slice text, const char *input, struct template **out,
                     struct cm_diag *diag) {
    const struct json_limits limits = {.text_max = TEMPLATE_TEXT_MAX, .depth_max = JSON_DEPTH_MAX};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    CM_CLEANUP(template_freep) struct template *t = calloc(1, sizeof *t);
    CM_CLEANUP(reader_freep) struct template_reader *r = calloc(1, sizeof *r);
    if (t == NULL || r == NULL) return CM_E_NO_MEMORY;
    t->hash_value = -1;
    r->match = -1;
    r->t = t;
    TRY(json_doc_new(&doc, text, input, &limits, diag));
    TRY(read_root(r, json_root(doc)));
    *out = take(&t);
    return CM_OK;
}

void template_free(struct template *t) {
    if (t == NULL) return;
    buffer_free(&t->bytes);
    free(t);
}

void template_freep(struct template **t) { template_free(*t); }

const char *template_name(const struct template *t) { return t->name; }
const char *template_about(const struct template *t) { return t->about; }
const char *template_kind(const struct template *t) { return kinds[t->kind]; }
const char *template_extension(const struct template *t) { return t->extension; }
uint32_t template_values(const struct template *t) { return t->values; }
uint32_t template_needs_constants(const struct template *t) { return t->needs_constants; }
uint32_t template_needs(const struct template *t) { return t->needs; }
uint32_t template_constants(const struct template *t) { return t->constants; }
bool template_wants_pin(const struct template *t) { return t->wants_pin; }
size_t template_companion_n(const struct template *t) { return t->companion_n; }
