/* The few CBOR items our frames are made of, written and read in deterministic form (RFC 8949
 * section 4.2.1): a map whose keys are 1, 2, 3 ... in order, each with one unsigned number, byte
 * string or text. A reader that meets anything else fails, and stays failed. */
#ifndef CM_WIRE_ITEM_H
#define CM_WIRE_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

/* Writing goes into a buffer with its own sticky error. `key` counts from 1. */
void item_map(struct buffer *out, uint32_t n);
void item_uint(struct buffer *out, uint32_t key, uint64_t value);
/* The head of a byte string whose len bytes the caller puts next. */
void item_bytes_head(struct buffer *out, uint32_t key, size_t len);
/* The same, with room for them: where they go, or NULL when the buffer failed. All len are written
 * before the next item. */
uint8_t *item_bytes_room(struct buffer *out, uint32_t key, size_t len);
void item_bytes(struct buffer *out, uint32_t key, struct cm_slice bytes);
void item_text(struct buffer *out, uint32_t key, struct cm_slice text);

struct item_reader {
    struct cm_slice rest;
    uint32_t key; /* of the next item */
    bool failed;
};

/* Expects a map of exactly n items. */
struct item_reader item_reader_over(struct cm_slice body, uint32_t n);
#define ITEM_SHORT_MAP_MAX 23u /* items of a map whose head is one byte */
/* Whether the body begins as a map of exactly n items, n at most ITEM_SHORT_MAP_MAX: for bodies
 * whose last columns may be absent. */
bool item_map_has(struct cm_slice body, uint32_t n);
/* The next item; zero or empty when the reader has failed. Bytes and texts are borrowed. */
uint64_t item_read_uint(struct item_reader *r, uint64_t max);
struct cm_slice item_read_bytes(struct item_reader *r);
/* A byte string of exactly n rows of row_len bytes. */
struct cm_slice item_read_rows(struct item_reader *r, size_t n, size_t row_len);
struct cm_slice item_read_text(struct item_reader *r); /* UTF-8 */
/* CM_OK, or CM_E_FORMAT: something was not as expected, or bytes are left over. */
CM_MUST_CHECK cm_err item_read_end(const struct item_reader *r);

#endif
