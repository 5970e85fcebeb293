/* Strict JSON (RFC 8259) for reading: duplicate keys, deep nesting, oversized texts, NUL, broken
 * UTF-8 and numbers beyond 64 bits are refused; errors name line, column, JSON path and remedy.
 * No jansson type leaves this room: values are small handles into a document that owns them.
 *
 *     CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
 *     TRY(json_doc_new(&doc, text, "scheme 'cola'", &JSON_LIMITS_DEFAULT, diag));
 *     TRY(json_only(json_root(doc), keys, CM_ARRAY_N(keys)));
 *     TRY(json_u64(json_get(json_root(doc), "length"), 6, 64, &length));
 */
#ifndef CM_DOC_JSON_H
#define CM_DOC_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/diag.h"

#define JSON_DEPTH_MAX 32u /* nesting; the deepest document of ours needs 6 */

struct json_limits {
    size_t text_max;    /* bytes of the whole text */
    unsigned depth_max; /* 1..JSON_DEPTH_MAX */
};
#define JSON_LIMITS_DEFAULT ((const struct json_limits){.text_max = 1u << 20, .depth_max = 32u})

struct json_doc;

/* A place in a document and what stands there (node NULL: nothing). Copy freely; valid until
 * json_doc_free. Fields are private to json.c. */
struct json_value {
    struct json_doc *doc;
    const void *node, *container;
    const char *key; /* within an object, else NULL */
    size_t index;    /* within an array */
};

enum json_kind {
    JSON_KIND_ABSENT,
    JSON_KIND_NULL,
    JSON_KIND_BOOL,
    JSON_KIND_INTEGER,
    JSON_KIND_REAL,
    JSON_KIND_TEXT,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT
};

/** Read one JSON text.
 * @param[out] out    the document; untouched on error
 * @param[in]  text   borrowed until json_doc_free (places of later errors are found in it)
 * @param[in]  input  names the text in errors; borrowed until json_doc_free
 * @param[in]  diag   may be NULL; borrowed until json_doc_free: the readers below report there
 * @retval CM_E_LIMIT   longer or deeper than the limits
 * @retval CM_E_RANGE   an integer beyond 64 bits, a real beyond double
 * @retval CM_E_FORMAT  anything else that is not one strict JSON value
 * @retval CM_E_NO_MEMORY
 * Errors never quote the text: it may hold codes. One document belongs to one thread. */
CM_MUST_CHECK cm_err json_doc_new(struct json_doc **out, struct cm_slice text, const char *input,
                                  const struct json_limits *limits, struct cm_diag *diag);
void json_doc_free(struct json_doc *doc);
void json_doc_freep(struct json_doc **doc);

struct json_value json_root(struct json_doc *doc);
/* Member of an object, item of an array; absent when there is none (the readers then report it).
 * `key` is borrowed as long as the value is used. */
struct json_value json_get(struct json_value object, const char *key);
struct json_value json_at(struct json_value array, size_t index);
/* Member i of an object, in the order of the text, and its key (as long-lived as the document);
 * absent after the last, *key is then untouched. Takes time in proportion to i. */
struct json_value json_member(struct json_value object, size_t i, const char **key);
/* The member `key` of the object that v is a member of, or else of the document's root. */
struct json_value json_nearest(struct json_value v, const char *key);
enum json_kind json_kind_of(struct json_value v);
static inline bool json_present(struct json_value v) { return v.node != NULL; }

/* Readers: CM_E_FORMAT when absent or of another kind, CM_E_RANGE when out of the limits given;
 * the output is untouched on error and the document's diag tells place, problem and remedy. */

/** An integer min..max (JSON integers reach 2^63 - 1; larger ones are written as texts). */
CM_MUST_CHECK cm_err json_u64(struct json_value v, uint64_t min, uint64_t max, uint64_t *out);
CM_MUST_CHECK cm_err json_i64(struct json_value v, int64_t min, int64_t max, int64_t *out);
CM_MUST_CHECK cm_err json_bool(struct json_value v, bool *out);
/** Any number, also one with a fraction. */
CM_MUST_CHECK cm_err json_number(struct json_value v, double *out);
/** UTF-8 without NUL, min..max bytes; the slice lives as long as the document. */
CM_MUST_CHECK cm_err json_text(struct json_value v, size_t min, size_t max, struct cm_slice *out);
/** As json_text, copied with a NUL into out[cap]. */
CM_MUST_CHECK cm_err json_copy_text(struct json_value v, size_t min, char *out, size_t cap);
/** One of n words; *out is its position. The error lists the words. */
CM_MUST_CHECK cm_err json_word(struct json_value v, const char *const *words, size_t n,
                               size_t *out);
/** The value is an array of min..max items; *n is their count. */
CM_MUST_CHECK cm_err json_items(struct json_value v, size_t min, size_t max, size_t *n);
/** The value is an object and has no keys but these; the error names the stranger. */
CM_MUST_CHECK cm_err json_only(struct json_value v, const char *const *keys, size_t n);

struct buffer;
/** Append a value as compact JSON text; members keep their order.
 * @retval CM_E_FORMAT  absent      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err json_copy_value(struct json_value v, struct buffer *out);

/** Report a problem of the caller's own at the place of v: line, column, path.
 * @return err, so that a reader can end with it */
cm_err json_fail(struct json_value v, cm_err err, const char *remedy, const char *problem_format,
                 ...) __attribute__((format(printf, 4, 5)));

#endif
