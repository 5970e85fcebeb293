/* Card numbers: indices of a pool to numbers and PINs, and numbers back to indices, in arrays.
 *
 * number = prefix | body (FF1 of the index, m digits) | Luhn digit. A number alone is no secret:
 * one Luhn-valid guess under the prefix hits with issued / 10^m, so thin pools or a PIN.
 * This header refuses nothing about who may ask; it computes. The construction, for anyone who
 * wants to do it again: docs/design/construction.md sections 2 and 11; ISO/IEC 7812-1 for the
 * shape of a number; NIST SP 800-38G for FF1; docs/design/cards.md for the reasons.
 */
#ifndef COUNTERMARK_CARD_H
#define COUNTERMARK_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "countermark/bytes.h"
#include "countermark/error.h"

#define CM_CARD_NUMBER_MAX 19u /* digits, ISO/IEC 7812-1 */
#define CM_CARD_BODY_MIN   6u  /* digits: FF1 wants a domain of 10^6 (SP 800-38G rev. 1 draft) */
#define CM_CARD_BODY_MAX   17u /* digits: what a prefix of one digit and the Luhn digit leave */
#define CM_CARD_PREFIX_MIN 1u  /* digits */
#define CM_CARD_PREFIX_MAX 12u /* digits: what the shortest body and the Luhn digit leave */
#define CM_CARD_NUMBER_MIN (CM_CARD_PREFIX_MIN + CM_CARD_BODY_MIN + 1u) /* digits */
#define CM_CARD_PIN_MIN    4u                                           /* digits */
#define CM_CARD_PIN_MAX    8u                                           /* digits */
#define CM_CARD_EAN13_N    13u                                          /* digits */
#define CM_CARD_GSRN_N     18u                                          /* digits */
#define CM_CARD_TAGS_MAX   16u                                          /* key tags of one card */

struct cm_diag;       /* precise words for people; may be NULL everywhere */
struct cm_card_rules; /* which numbers are skipped for good; immutable once sealed */

/* The identifiers that open to a card. Each is prefix | body | check digit over a body of its own.
 * The numbers are written in answers: append only. */
enum cm_card_face {
    CM_FACE_NUMBER = 0, /* the card number, Luhn digit; every pool has it */
    CM_FACE_EAN13 = 1,  /* 13 digits under a restricted circulation prefix, GS1 check digit */
    CM_FACE_GSRN = 2,   /* 18 digits under a GS1 company prefix, GS1 check digit; AI (8018) */
    CM_FACE_TAG = 3     /* own number of a key tag, Luhn digit */
};
#define CM_CARD_FACE_N 4u

/* A shape of digits: prefix | body | check digit. Zeroed: none. */
struct cm_card_shape {
    uint8_t number_n;                /* digits of the whole; 0 = the pool has no such face */
    uint8_t prefix_n;                /* digits used of prefix */
    char prefix[CM_CARD_PREFIX_MAX]; /* ASCII digits, not NUL-terminated */
};

/* Identifiers beside the number, frozen with the pool. Zeroed: none. */
struct cm_card_faces {
    struct cm_card_shape ean13, gsrn; /* number_n as the kind has it, or 0 */
    struct cm_card_shape tag;         /* number_n 0: the tags carry the card's number */
    uint8_t tag_n;                    /* key tags of one card, 0 = no sets */
};

/* All that numbering needs, frozen when the pool is made. Plain data. */
struct cm_pool_numbers {
    uint32_t id;                       /* 1 .. 2^32 - 1 */
    bool test;                         /* TEST for life, or LIVE for life */
    uint8_t prefix_n;                  /* digits used of prefix */
    char prefix[CM_CARD_PREFIX_MAX];   /* ASCII digits, not NUL-terminated */
    uint8_t body_n;                    /* m */
    uint8_t pin_n;                     /* digits of a PIN, 0 = cards of this pool have none */
    const struct cm_card_rules *rules; /* borrowed, outlives every numberer; NULL = none */
    struct cm_card_faces faces;        /* identifiers beside the number */
};

/* Why an index is skipped for good; bits, 0 = not skipped. */
enum cm_card_skip {
    CM_CARD_SKIP_LISTED = 1,  /* its number is on the explicit list */
    CM_CARD_SKIP_PATTERN = 2, /* its number shows a pattern */
    CM_CARD_SKIP_HELD = 4,    /* it lies in the held-out share: whoever shows it has guessed */
    CM_CARD_SKIP_BEYOND = 8   /* opening alone: beyond cm_card_capacity, so never given out */
};

enum cm_card_reading {
    CM_CARD_NONE, /* not a number of this pool: wrong length, foreign prefix, not digits */
    CM_CARD_TYPO, /* the Luhn digit is wrong: a typing error, not a guess */
    CM_CARD_INDEX /* opens to an index; whether that was ever issued, the ledger knows */
};

struct cm_card_opened {
    enum cm_card_reading reading;
    uint8_t skip; /* bits of enum cm_card_skip; not 0: never issued, so a guess */
    uint8_t face; /* enum cm_card_face: what the text was; CM_FACE_NUMBER unless it fits another */
    uint8_t member; /* CM_FACE_TAG: which tag of the card, from 1; else 0 */
    uint64_t index; /* only with CM_CARD_INDEX, else 0; 0 with CM_CARD_SKIP_BEYOND */
};

/* One face asked for: tags are counted from 1, other faces take no member. */
struct cm_card_item {
    uint64_t index;
    uint8_t member; /* CM_FACE_TAG: 1 .. tag_n; else ignored */
};

/* One PIN asked for: the issue number is 1 for a new card, one more for each new PIN. */
struct cm_card_pin {
    uint64_t index;
    uint16_t issue;
};

/* Numbers the cards of one pool under one key version. Belongs to one thread. */
struct cm_numberer;

/** Compute the Luhn check digit of a digit string.
 * @param[in]  digits  n ASCII digits, most significant first, without check digit
 * @param[in]  n       count of digits, 1 .. CM_CARD_NUMBER_MAX - 1; no NUL needed
 * @param[out] check   '0' .. '9'; untouched on error
 * @retval CM_E_RANGE  n out of range      @retval CM_E_FORMAT  a byte is not a digit
 * Thread-safe, no allocation. Source: ISO/IEC 7812-1 Annex B. */
CM_API CM_MUST_CHECK cm_err cm_luhn_digit(const char *digits, size_t n, char *check);

/** Digits of a whole number of the pool.
 * @param[in] pool  prefix_n and body_n are read
 * @return prefix, body and Luhn digit together */
CM_API size_t cm_card_number_n(const struct cm_pool_numbers *pool);

/** The shape of a face.
 * @param[in] pool  prefix_n, prefix, body_n and faces are read
 * @return number_n 0 where the pool has no such face of its own */
CM_API struct cm_card_shape cm_card_shape(const struct cm_pool_numbers *pool,
                                          enum cm_card_face face);

/** How many indices a pool has: what the shortest body of its faces can number.
 * @param[in] pool  that cm_pool_numbers_check has passed
 * @return 10^6 .. 10^17; less where several tags share one body */
CM_API uint64_t cm_card_capacity(const struct cm_pool_numbers *pool);

/** Check that the frozen numbers of a pool are possible.
 * @param[in]  pool  borrowed for the call
 * @param[out] diag  says which number is wrong and what would do; may be NULL
 * @retval CM_E_RANGE   id 0, body, PIN or whole number too short or too long
 * @retval CM_E_FORMAT  the prefix holds something else than digits
 * Thread-safe, no allocation. Source: docs/design/construction.md section 11. */
CM_API CM_MUST_CHECK cm_err cm_pool_numbers_check(const struct cm_pool_numbers *pool,
                                                  struct cm_diag *diag);

/** Make a numberer.
 * @param[out] out          the numberer, for cm_numberer_free; untouched on error
 * @param[in]  pool         copied; pool->rules is borrowed and must outlive the numberer
 * @param[in]  root         the 32 random bytes of (pool, key version); not kept
 * @param[in]  key_version  1 .. 255
 * @retval CM_E_RANGE, CM_E_FORMAT  as cm_pool_numbers_check; CM_E_RANGE for key version 0
 * @retval CM_E_NO_MEMORY           allocation failed
 * @retval CM_E_CRYPTO              the crypto library failed
 * Thread-safe; the numberer itself belongs to one thread. */
CM_API CM_MUST_CHECK cm_err cm_numberer_new(struct cm_numberer **out,
                                            const struct cm_pool_numbers *pool,
                                            const struct cm_key *root, uint8_t key_version);

/** Wipe and free; NULL is fine.
 * @return nothing */
CM_API void cm_numberer_free(struct cm_numberer *numberer);

/** Number a range of indices.
 * @param[in]  first    first index; the range lies below 10^m
 * @param[in]  n        count of indices, 0 and up; no upper bound
 * @param[out] numbers  n rows of cm_card_number_n digits, without NUL; wiped on error
 * @param[out] skip     n bytes of cm_card_skip bits; rows with a bit are never to be issued
 * @retval CM_E_RANGE   the range does not lie below cm_card_capacity
 * @retval CM_E_CRYPTO  the crypto library failed
 * No allocation. Source: docs/design/construction.md section 11. */
CM_API CM_MUST_CHECK cm_err cm_numberer_make(struct cm_numberer *numberer, uint64_t first, size_t n,
                                             char *numbers, uint8_t *skip);

/** Compute one face of any cards.
 * @param[in]  face   one that the pool has
 * @param[in]  items  n indices below cm_card_capacity, with members for CM_FACE_TAG
 * @param[in]  n      0 and up; no upper bound
 * @param[out] rows   n rows of as many digits as cm_card_shape says, without NUL; wiped on error
 * @retval CM_E_STATE   the pool has no such face
 * @retval CM_E_RANGE   an index or member is out of range
 * @retval CM_E_CRYPTO  the crypto library failed
 * No allocation. The pool's rules are not asked: cm_numberer_make is, before an index is given out.
 * Source: docs/design/construction.md section 12. */
CM_API CM_MUST_CHECK cm_err cm_numberer_face(struct cm_numberer *numberer, enum cm_card_face face,
                                             const struct cm_card_item *items, size_t n,
                                             char *rows);

/** Read and open texts that may be any face of a card, as people type and scanners send them.
 * @param[in]  texts   n texts, UTF-8 or not; an EAN-13 that begins with 0 may come as its UPC-A
 * @param[out] opened  n answers; wiped on error. A text that fits no face is CM_CARD_NONE
 * @retval CM_E_CRYPTO  the crypto library failed
 * The same work is done for every text, right or wrong: one decryption for each face of the pool.
 * No allocation. Source: docs/design/construction.md sections 8, 11 and 12. */
CM_API CM_MUST_CHECK cm_err cm_numberer_open_any(struct cm_numberer *numberer,
                                                 const struct cm_slice *texts, size_t n,
                                                 struct cm_card_opened *opened);

/** Read numbers as people type them: full-width digits, spaces, hyphens, dots and all.
 * @param[in]  texts    n texts, UTF-8 or not
 * @param[out] numbers  n rows of cm_card_number_n digits; a text that is no number of this length
 *                      becomes a row of zero bytes, which opens as CM_CARD_NONE
 * @return nothing: a wrong text is no error
 * No allocation. Source: docs/design/construction.md section 8, without look-alikes. */
CM_API void cm_numberer_read(const struct cm_numberer *numberer, const struct cm_slice *texts,
                             size_t n, char *numbers);

/** Open numbers that have been normalised (cm_numberer_read).
 * @param[in]  numbers  n rows of cm_card_number_n bytes; any bytes are allowed
 * @param[out] opened   n answers; wiped on error
 * @retval CM_E_CRYPTO  the crypto library failed
 * The same work is done for every row, right or wrong. No allocation. */
CM_API CM_MUST_CHECK cm_err cm_numberer_open(struct cm_numberer *numberer, const char *numbers,
                                             size_t n, struct cm_card_opened *opened);

/** Compute PINs. They are never stored: print them apart, verify with cm_numberer_pin_check.
 * @param[in]  asked  n pairs of index (below 10^m) and issue number (1 .. 65535)
 * @param[out] pins   n rows of pin_n digits, without NUL; wiped on error; the caller wipes them
 * @retval CM_E_STATE   cards of this pool have no PIN
 * @retval CM_E_RANGE   an index or issue number is out of range
 * @retval CM_E_CRYPTO  the crypto library failed
 * No allocation. Source: docs/design/construction.md section 11. */
CM_API CM_MUST_CHECK cm_err cm_numberer_pin(struct cm_numberer *numberer,
                                            const struct cm_card_pin *asked, size_t n, char *pins);

/** Compare PINs that people typed, in constant time.
 * @param[in]  asked  n pairs as for cm_numberer_pin
 * @param[in]  pins   n rows of pin_n bytes; any bytes are allowed
 * @param[out] right  n answers; all false on error
 * @retval CM_E_STATE, CM_E_RANGE, CM_E_CRYPTO  as cm_numberer_pin
 * No allocation. Counting wrong tries is the caller's duty: four digits fall in 10^4 tries. */
CM_API CM_MUST_CHECK cm_err cm_numberer_pin_check(struct cm_numberer *numberer,
                                                  const struct cm_card_pin *asked, size_t n,
                                                  const char *pins, bool *right);

#endif
