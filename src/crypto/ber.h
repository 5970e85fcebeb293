/* Reading BER (ITU-T X.690) from a stream in constant memory, as CMS needs it: definite and
 * indefinite lengths, strings in pieces, whole small elements. Tags of one byte only, depth of
 * BER_DEPTH. A reader that met something else fails, and stays failed: check ber_err at the end.
 * It builds no tree and decides nothing: OpenSSL does that with the small parts.
 * Sources: X.690 sections 8.1.3 to 8.1.5 and 8.7. */
#ifndef CM_CRYPTO_BER_H
#define CM_CRYPTO_BER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/macros.h"

#define BER_DEPTH    8u
#define BER_WINDOW   512u         /* bytes read ahead of heads; bodies go past it */
#define BER_HEAD_CAP 10u          /* bytes of tag and length */
#define BER_LEN_MAX  (1ull << 40) /* bytes of one element; our choice */

enum ber_tag {
    BER_INTEGER = 0x02,
    BER_OCTETS = 0x04,
    BER_OID = 0x06,
    BER_SEQUENCE = 0x30,
    BER_SET = 0x31,
    BER_PIECES = 0x24,   /* octet string in pieces */
    BER_CONTEXT0 = 0xA0, /* [0], constructed */
    BER_CONTEXT1 = 0xA1,
    BER_STRING0 = 0x80 /* [0], primitive */
};

/* Where the bytes come from: fills at most cap, *n = 0 only at the end. A failure other than the
 * end is remembered and given out by ber_err. */
struct ber_source {
    cm_err (*pull)(void *self, uint8_t *to, size_t cap, size_t *n);
    void *self;
};

/* Bytes in memory as a source; *rest moves on. */
struct ber_source ber_memory(struct cm_slice *rest);

struct ber_reader {
    struct ber_source source;
    uint8_t window[BER_WINDOW];
    size_t at, have;          /* of the window */
    uint64_t offset;          /* of the next byte that is read */
    uint64_t ends[BER_DEPTH]; /* of open elements; UINT64_MAX: indefinite */
    unsigned depth;
    uint64_t piece_left; /* of the string being read */
    bool pieces, in_string;
    cm_err err;
};

void ber_begin(struct ber_reader *r, struct ber_source source);
/* The tag of the next element, or 0 at the end of the open one (or of the input, or failed). */
uint8_t ber_peek(struct ber_reader *r);
/* Open a constructed element; leave it at its end. *indefinite may be NULL. */
void ber_enter(struct ber_reader *r, uint8_t tag, bool *indefinite);
void ber_leave(struct ber_reader *r);
/* A whole element with its head, of definite length, at most max bytes: appended to out. */
void ber_whole(struct ber_reader *r, uint8_t tag, size_t max, struct buffer *out);
/* A whole element that must be exactly these bytes. */
void ber_expect(struct ber_reader *r, struct cm_slice element);
/* A string, in one piece (tag `one`) or in many (tag `many`, pieces are octet strings): begin, next
 * until *n is 0. */
void ber_string_begin(struct ber_reader *r, uint8_t one, uint8_t many);
void ber_string_next(struct ber_reader *r, uint8_t *to, size_t cap, size_t *n);
/* CM_OK, CM_E_FORMAT, CM_E_TRUNCATED, CM_E_NO_MEMORY, or what the source said. */
CM_MUST_CHECK cm_err ber_err(const struct ber_reader *r);
/* As ber_err, and CM_E_FORMAT if anything is open or bytes are left. */
CM_MUST_CHECK cm_err ber_end(struct ber_reader *r);

/* The head of an element with a definite length, written so that it ends at `end`; its length. */
size_t ber_head_before(uint8_t *end, uint8_t tag, uint64_t len);

#endif
