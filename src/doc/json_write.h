/* Writing JSON (RFC 8259) into a buffer: members stand in the order in which they were put, so the
 * same record gives the same bytes. Whoever opens an object or array closes it; the sticky error is
 * the buffer's. Integers above 2^53 are written as texts by callers whose readers may be
 * JavaScript.
 *
 *     struct json_writer w = json_writer_into(&out, true);
 *     json_object_begin(&w, NULL);
 *     json_put_cstr(&w, "name", "cola");
 *     json_object_end(&w);
 */
#ifndef CM_DOC_JSON_WRITE_H
#define CM_DOC_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

struct json_writer {
    struct buffer *out; /* borrowed */
    unsigned depth;
    bool pretty; /* two spaces a level and line ends; else one line without spaces */
    bool begun;  /* the present container has a member already */
};

static inline struct json_writer json_writer_into(struct buffer *out, bool pretty) {
    return (struct json_writer){.out = out, .depth = 0, .pretty = pretty, .begun = false};
}

/* `key` is NULL for items of an array and for the root; keys and texts are UTF-8, and a byte that
 * is not becomes U+FFFD. */
void json_object_begin(struct json_writer *w, const char *key);
void json_object_end(struct json_writer *w);
void json_array_begin(struct json_writer *w, const char *key);
void json_array_end(struct json_writer *w);
void json_put_text(struct json_writer *w, const char *key, struct cm_slice text);
void json_put_cstr(struct json_writer *w, const char *key, const char *text);
void json_put_u64(struct json_writer *w, const char *key, uint64_t value);
void json_put_i64(struct json_writer *w, const char *key, int64_t value);
void json_put_bool(struct json_writer *w, const char *key, bool value);
void json_put_null(struct json_writer *w, const char *key);
/* A value that is JSON text already, made by this writer before. */
void json_put_raw(struct json_writer *w, const char *key, struct cm_slice json);

#endif
