/* The face maker: all that is printed on cards, encoded on them or sent beside them, in columns,
 * from indices of a pool. Files of orders are made of these columns.
 *
 * It computes; that the indices were given out (ledger) and not skipped (cm_numberer_make) is the
 * caller's business, and so is who may see a PIN: PINs are made only when asked for, and wiped with
 * the maker. Columns live until the maker's next chunk. Source: docs/design/faces.md. */
#ifndef CM_CARDS_FACES_H
#define CM_CARDS_FACES_H

#include "cards/pool.h"
#include "crypto/keystore.h"

#define FACES_CHUNK 4096u /* rows of one call */

enum face_column {
    FACES_NUMBER,
    FACES_NUMBER_HUMAN, /* in groups of four */
    FACES_EAN13,
    FACES_GSRN,
    FACES_TAG,    /* number of this key tag; the card's own where the set shares it */
    FACES_MEMBER, /* which key tag: two digits at most */
    FACES_TRACK1,
    FACES_TRACK1_LRC,
    FACES_TRACK2,
    FACES_TRACK2_LRC,
    FACES_CONTROL,
    FACES_PIN
};
#define FACES_COLUMN_N     12u
#define FACES_WANT(column) (1u << (column))

struct face_rows {
    size_t n; /* rows: cards, or with options.sets one for each key tag of each card */
    struct {
        const char *rows; /* NULL: not asked for */
        size_t stride;    /* bytes from row to row */
        uint8_t width;    /* bytes of each text */
    } column[FACES_COLUMN_N];
};

struct face_options {
    uint32_t want;      /* FACES_WANT bits */
    bool sets;          /* one row for each key tag: tag_n rows a card */
    const char *expiry; /* YYMM for the tracks, or NULL: as the pool says */
    uint16_t pin_issue; /* 0 = 1 */
};

struct face_maker;

/** Make a face maker.
 * @param[in] pool      borrowed
 * @param[in] keystore  borrowed; keys of the pool are looked up as they are needed
 * @retval CM_E_STATE   a wanted column is none of the pool's, or tag sets it does not have
 * @retval CM_E_FORMAT  the expiry is no YYMM      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err face_maker_new(struct face_maker **out, const struct pool *pool,
                                    const struct keystore *keystore,
                                    const struct face_options *options, struct cm_diag *diag);
/* Wipes. NULL is fine. */
void face_maker_free(struct face_maker *m);
void face_maker_freep(struct face_maker **m);

/* Most indices of one faces_make. */
size_t faces_cards_max(const struct face_maker *m);

/** Fill the wanted columns.
 * @param[in]  indices  n of the pool; fastest in ascending order
 * @param[in]  n        at most faces_cards_max
 * @param[out] out      borrowed from the maker until the next call; untouched on error
 * @retval CM_E_RANGE   n, or an index beyond the pool
 * @retval CM_E_NOT_FOUND, CM_E_STATE  as keystore_find, for the key version of an index
 * @retval CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err faces_make(struct face_maker *m, const uint64_t *indices, size_t n,
                                struct face_rows *out);
/** The same for cards whose numbers were made already: they are taken, not made again.
 * @param[in] numbers  n rows, those of `indices`; copied      @retval as faces_make */
CM_MUST_CHECK cm_err faces_make_of(struct face_maker *m, const uint64_t *indices,
                                   const char *numbers, size_t n, struct face_rows *out);

#endif
