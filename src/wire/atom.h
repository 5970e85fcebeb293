/* CBOR items one by one, in deterministic form (RFC 8949 section 4.2.1): unsigned and negative
 * numbers, byte strings, texts, booleans, arrays, maps and tags, each with the shortest head. For
 * formats that others read (COSE, manifests); our own frames are made of item.h. A reader that
 * meets anything else fails, and stays failed. */
#ifndef CM_WIRE_ATOM_H
#define CM_WIRE_ATOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

enum atom_kind {
    ATOM_NONE, /* end, failure, or a kind that is not listed here */
    ATOM_UINT,
    ATOM_NEGATIVE, /* -1 - value */
    ATOM_BYTES,
    ATOM_TEXT,
    ATOM_ARRAY,
    ATOM_MAP,
    ATOM_TAG,
    ATOM_BOOL
};

/* Writing goes into a buffer with its own sticky error. */
void atom_put(struct buffer *out, enum atom_kind kind, uint64_t value);
void atom_put_bytes(struct buffer *out, struct cm_slice bytes);
void atom_put_text(struct buffer *out, struct cm_slice text);
static inline void atom_put_uint(struct buffer *out, uint64_t value) {
    atom_put(out, ATOM_UINT, value);
}

struct atom_reader {
    struct cm_slice rest;
    bool failed;
};

static inline struct atom_reader atom_reader_over(struct cm_slice bytes) {
    return (struct atom_reader){.rest = bytes, .failed = false};
}
/* Kind of the next item; nothing is read. */
enum atom_kind atom_peek(const struct atom_reader *r);
/* The value of the next item, which must be of this kind and at most `max`: the number, the count
 * of items or pairs, the tag's number, 0 or 1. Zero when failed. */
uint64_t atom_read(struct atom_reader *r, enum atom_kind kind, uint64_t max);
/* A byte string or text (strict UTF-8) of at most `max` bytes, borrowed; empty when failed. */
struct cm_slice atom_read_string(struct atom_reader *r, enum atom_kind kind, size_t max);
/* A byte string of exactly len bytes, copied; out is untouched when failed. */
void atom_read_exact(struct atom_reader *r, void *out, size_t len);
/* CM_OK, or CM_E_FORMAT: something was not as expected, or bytes are left over. */
CM_MUST_CHECK cm_err atom_end(const struct atom_reader *r);

#endif
