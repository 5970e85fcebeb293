/* From what a person typed to numerals. Order (docs/design/construction.md section 8): strict
 * UTF-8; full-width forms and Cyrillic twins to ASCII; upper case if the alphabet folds; spaces,
 * hyphens, dashes and dots deleted; look-alikes; exact length.
 * A wrong text is a verdict, never a fault. Nothing is allocated; the work is bounded. */
#ifndef CM_CODES_NORMALISE_H
#define CM_CODES_NORMALISE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "countermark/alphabet.h"

#define NORMALISE_TABLE_VERSION 1u    /* newest version of the tables in normalise_table.c */
#define NORMALISE_TEXT_MAX      4096u /* bytes; a longer text has the wrong length, unread */

/* What was found in one text: all but OK are typing errors. Stored in uint8_t arrays. */
enum normalised {
    NORMALISED_OK = 0,
    NORMALISED_LENGTH = 1, /* fewer or more symbols than the code has */
    NORMALISED_SYMBOL = 2, /* a character that is no symbol, nor a twin or look-alike of one */
    NORMALISED_UTF8 = 3    /* not UTF-8 */
};

/* Built once per scheme; plain data, read-only afterwards, shared by threads. */
struct normaliser {
    uint8_t code_n;     /* symbols of a whole code: data and check character */
    uint8_t ascii[256]; /* ASCII -> position, NORMALISE_DELETE or CM_NO_SYMBOL, all steps in one;
                           a byte beyond ASCII -> no position */
};
#define NORMALISE_DELETE 0xFEu

/** @param[out] out            untouched on error
 * @param[in]  code_n         symbols of a whole code, 1..255
 * @param[in]  table_version  1..NORMALISE_TABLE_VERSION, as frozen in the scheme
 * @retval CM_E_RANGE    code_n is 0      @retval CM_E_VERSION  unknown table_version */
CM_MUST_CHECK cm_err normaliser_init(struct normaliser *out, const struct cm_alphabet *alphabet,
                                     uint8_t code_n, uint8_t table_version, struct cm_diag *diag);

/** Add a look-alike of the scheme's own to the standard ones, or replace a standard one.
 * @retval CM_E_FORMAT  `from` is a symbol of the alphabet, is deleted, or is a lower-case letter
 *                      of an alphabet that folds; or `to` is no symbol; nothing changed */
CM_MUST_CHECK cm_err normaliser_lookalike(struct normaliser *normaliser,
                                          const struct cm_alphabet *alphabet, char from, char to,
                                          struct cm_diag *diag);

/* Read one text into numerals[0 .. code_n); all zero unless the verdict is OK, so that the row can
 * be deciphered like any other. */
enum normalised normalise(const struct normaliser *normaliser, struct cm_slice text,
                          uint8_t *numerals);

/* The same for n texts: row i starts at rows + i * stride (stride >= code_n), verdict in
 * verdicts[i] (enum normalised). */
void normalise_rows(const struct normaliser *normaliser, const struct cm_slice *texts, size_t n,
                    uint8_t *rows, size_t stride, uint8_t *verdicts);

/* The ASCII character that stands for a code point beyond ASCII, table version 1; NUL if none does:
 * full-width forms, Cyrillic letters of Latin shape, and separators as one of their family. */
char normalise_ascii(uint32_t cp);

#endif
