/* Opening: texts and numbers back to indices, in arrays.
 *
 * Rows that are no face of the pool are deciphered all the same, so that time tells nothing. It
 * does not know what was issued: the ledger does.
 * References: docs/design/construction.md sections 8, 11 and 12; NIST SP 800-38G. */
#include "cards/numberer_inside.h"

#include <string.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "cards/gs1.h"
#include "cards/luhn.h"
#include "crypto/secret.h"

/* A typed text as a row of the face; what does not fit becomes zero bytes. */
static bool read_text(const struct face_coder *face, struct cm_slice text, char *row) {
    uint8_t numerals[CM_CARD_NUMBER_MAX] = {0};
    const bool good = normalise(&face->reader, text, numerals) == NORMALISED_OK;
    for (size_t k = 0; k < face->reader.code_n; k++)
        row[k] = (char)(good ? (unsigned)numerals[k] + (unsigned)'0' : 0u);
    return good;
}

void cm_numberer_read(const struct cm_numberer *nb, const struct cm_slice *texts, size_t n,
                      char *numbers) {
    const struct face_coder *face = &nb->face[CM_FACE_NUMBER];
    for (size_t i = 0; i < n; i++)
        (void)read_text(face, texts[i], numbers + i * face->shape.number_n);
}

/* Note what is wrong with a row and leave in `clean` a number that can be worked on: the row
 * itself, or a stand-in of zeros where a byte is no digit. No branch depends on the row. */
static void read_row(const struct face_coder *face, const char *row, char *clean,
                     uint8_t *shape_bad, uint8_t *check_bad) {
    const size_t number_n = face->shape.number_n;
    unsigned foreign = 0;
    for (size_t k = 0; k < number_n; k++) {
        const unsigned digit = ((unsigned)(unsigned char)row[k] - '0') & 0xFFu;
        const unsigned outside = (unsigned)(digit > 9u);
        foreign |= outside;
        clean[k] = (char)('0' + digit * (1u - outside));
    }
    for (size_t k = 0; k < face->shape.prefix_n; k++)
        foreign |= (unsigned)(row[k] != face->shape.prefix[k]);
    *shape_bad = (uint8_t)foreign;
    const unsigned given = (unsigned)(clean[number_n - 1] - '0');
    const unsigned right =
        face->gs1 ? gs1_digit(clean, number_n - 1) : luhn_digit(clean, number_n - 1);
    *check_bad = (uint8_t)(right != given);
}

static uint64_t read_digits(const char *digits, size_t n) {
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10u + (uint64_t)(digits[i] - '0');
    return value;
}

/* Rows of one face to the points of its body in nb->index, the clean rows to nb->rows and their
 * bodies to nb->body. */
static cm_err decipher_rows(struct cm_numberer *nb, const struct face_coder *face, const char *rows,
                            size_t n) {
    const size_t number_n = face->shape.number_n;
    for (size_t i = 0; i < n; i++) {
        char *clean = nb->rows + i * number_n;
        read_row(face, rows + i * number_n, clean, &nb->shape_bad[i], &nb->check_bad[i]);
        nb->a[i] = read_digits(clean + face->shape.prefix_n, face->half_a_n);
        nb->b[i] = read_digits(clean + face->shape.prefix_n + face->half_a_n, face->half_b_n);
    }
    for (size_t i = 0; i < n; i++)
        nb->body[i] = nb->a[i] * face->modulus_b + nb->b[i];
    TRY(ff1_decrypt(face->ff1, nb->a, nb->b, n));
    for (size_t i = 0; i < n; i++)
        nb->index[i] = nb->a[i] * face->modulus_b + nb->b[i];
    return CM_OK;
}

/* What lane i was, as a text of this face. */
static struct cm_card_opened answer(const struct cm_numberer *nb, enum cm_card_face which,
                                    size_t i) {
    const uint8_t times = nb->face[which].times;
    const bool good = (nb->shape_bad[i] | nb->check_bad[i]) == 0;
    const enum cm_card_reading bad = nb->shape_bad[i] != 0 ? CM_CARD_NONE : CM_CARD_TYPO;
    struct cm_card_opened opened = {.reading = good ? CM_CARD_INDEX : bad,
                                    .face = nb->shape_bad[i] != 0 ? 0 : (uint8_t)which};
    if (!good) return opened;
    const uint64_t index = times == 1u ? nb->index[i] : nb->index[i] / times;
    if (which == CM_FACE_TAG) opened.member = (uint8_t)(nb->index[i] - index * times + 1u);
    /* No branch: the index rests on the key (tests/ct/test_cards.c). */
    const uint64_t inside = (uint64_t)0 - (uint64_t)(index < nb->capacity);
    opened.index = index & inside;
    opened.skip = (uint8_t)(CM_CARD_SKIP_BEYOND & ~inside);
    return opened;
}

static cm_err open_lanes(struct cm_numberer *nb, const char *numbers, size_t n,
                         struct cm_card_opened *opened) {
    const struct face_coder *face = &nb->face[CM_FACE_NUMBER];
    TRY(decipher_rows(nb, face, numbers, n));
    TRY(numberer_finish(nb, face, n, false, nb->skip));
    for (size_t i = 0; i < n; i++) {
        opened[i] = answer(nb, CM_FACE_NUMBER, i);
        if (opened[i].reading == CM_CARD_INDEX) opened[i].skip |= nb->skip[i];
    }
    return CM_OK;
}

cm_err cm_numberer_open(struct cm_numberer *nb, const char *numbers, size_t n,
                        struct cm_card_opened *opened) {
    if (nb == NULL || (n > 0 && (numbers == NULL || opened == NULL))) return CM_E_ARGUMENT;
    const size_t number_n = nb->face[CM_FACE_NUMBER].shape.number_n;
    for (size_t done = 0; done < n; done += FF1_LANES) {
        const size_t lanes = n - done < FF1_LANES ? n - done : FF1_LANES;
        const cm_err err = open_lanes(nb, numbers + done * number_n, lanes, opened + done);
        if (err == CM_OK) continue;
        wipe(opened, n * sizeof *opened);
        return err;
    }
    return CM_OK;
}

/* ---- Any face -------------------------------------------------------------------------------- */

/* Scanners may send an EAN-13 that begins with 0 as its UPC-A: the same digits without the 0. */
static void read_face(const struct face_coder *face, enum cm_card_face which, struct cm_slice text,
                      char *row) {
    if (read_text(face, text, row)) return;
    if (which != CM_FACE_EAN13 || face->shape.prefix[0] != '0') return;
    struct normaliser shorter = face->reader;
    uint8_t numerals[CM_CARD_EAN13_N] = {0};
    shorter.code_n = CM_CARD_EAN13_N - 1u;
    if (normalise(&shorter, text, numerals) != NORMALISED_OK) return;
    row[0] = '0';
    for (size_t k = 1; k < CM_CARD_EAN13_N; k++)
        row[k] = (char)('0' + numerals[k - 1u]);
}

static cm_err open_face(struct cm_numberer *nb, enum cm_card_face which,
                        const struct cm_slice *texts, size_t n, struct cm_card_opened *opened) {
    const struct face_coder *face = &nb->face[which];
    for (size_t i = 0; i < n; i++)
        read_face(face, which, texts[i], nb->typed + i * face->shape.number_n);
    TRY(decipher_rows(nb, face, nb->typed, n));
    for (size_t i = 0; i < n; i++) {
        /* The shapes of a pool never share a text: at most one face has anything to say. */
        const struct cm_card_opened one = answer(nb, which, i);
        if (one.reading != CM_CARD_NONE) opened[i] = one;
    }
    return CM_OK;
}

/* Rules judge numbers: the number of each index is made again, whatever face it came by. */
static cm_err judge_any(struct cm_numberer *nb, size_t n, struct cm_card_opened *opened) {
    const struct face_coder *face = &nb->face[CM_FACE_NUMBER];
    for (size_t i = 0; i < n; i++) {
        nb->index[i] = opened[i].index;
        nb->a[i] = opened[i].index / face->modulus_b;
        nb->b[i] = opened[i].index % face->modulus_b;
    }
    TRY(ff1_encrypt(face->ff1, nb->a, nb->b, n));
    for (size_t i = 0; i < n; i++)
        nb->body[i] = nb->a[i] * face->modulus_b + nb->b[i];
    numberer_rows(nb, face, n);
    TRY(numberer_finish(nb, face, n, true, nb->skip));
    for (size_t i = 0; i < n; i++)
        if (opened[i].reading == CM_CARD_INDEX && opened[i].skip == 0) opened[i].skip = nb->skip[i];
    return CM_OK;
}

static cm_err open_any_lanes(struct cm_numberer *nb, const struct cm_slice *texts, size_t n,
                             struct cm_card_opened *opened) {
    if (!nb->many) {
        cm_numberer_read(nb, texts, n, nb->typed);
        return open_lanes(nb, nb->typed, n, opened);
    }
    for (size_t i = 0; i < n; i++)
        opened[i] = (struct cm_card_opened){.reading = CM_CARD_NONE};
    for (unsigned f = 0; f < CM_CARD_FACE_N; f++)
        if (nb->face[f].ff1 != NULL) TRY(open_face(nb, (enum cm_card_face)f, texts, n, opened));
    return nb->pool.rules != NULL ? judge_any(nb, n, opened) : CM_OK;
}

cm_err cm_numberer_open_any(struct cm_numberer *nb, const struct cm_slice *texts, size_t n,
                            struct cm_card_opened *opened) {
    if (nb == NULL || (n > 0 && (texts == NULL || opened == NULL))) return CM_E_ARGUMENT;
    cm_err err = CM_OK;
    for (size_t done = 0; done < n && err == CM_OK; done += FF1_LANES) {
        const size_t lanes = n - done < FF1_LANES ? n - done : FF1_LANES;
        err = open_any_lanes(nb, texts + done, lanes, opened + done);
    }
    wipe(nb->typed, (n < FF1_LANES ? n : FF1_LANES) * CM_CARD_NUMBER_MAX);
    if (err != CM_OK) wipe(opened, n * sizeof *opened);
    return err;
}
