/* Minting and opening codes in arrays, with the key alone: no ledger, no I/O, no clock.
 *
 * A coder is one (scheme, key version) with its keys derived. A row is the code as numerals
 * (alphabet positions): L data numerals, then the check numeral if the scheme has one, so
 * cm_scheme_code_len() bytes a row, rows without gaps. A code that opens is well-formed; whether
 * it was issued and is still good is for the ledger to say.
 * Source: docs/design/construction.md. One coder belongs to one thread.
 */
#ifndef COUNTERMARK_CODE_H
#define COUNTERMARK_CODE_H

#include <stddef.h>
#include <stdint.h>

#include "countermark/bytes.h"
#include "countermark/error.h"
#include "countermark/scheme.h"

struct cm_coder;

enum cm_open {
    CM_OPEN_OK,   /* well-formed under this key: fields are filled */
    CM_OPEN_TYPO, /* check character wrong, or a numeral outside the alphabet */
    CM_OPEN_NONE  /* not a code of this scheme and key version */
};

struct cm_opened {
    enum cm_open result;
    struct cm_unit_fields fields; /* all zero unless result is CM_OPEN_OK */
};

/** Derive the keys of one scheme under one key version.
 * @param[out] out         the coder; free with cm_coder_free; untouched on error
 * @param[in] numbers      checked here once more; copied
 * @param[in] root         the 32 random bytes of this (scheme, key version); not kept
 * @param[in] key_version  1..255
 * @retval CM_E_RANGE, CM_E_UNSUPPORTED, CM_E_FORMAT, CM_E_VERSION, CM_E_CORRUPT  as
 *         cm_scheme_numbers_check; CM_E_RANGE also for a version before the scheme's first
 * @retval CM_E_NO_MEMORY  no memory      @retval CM_E_CRYPTO  the crypto library failed
 * The coder belongs to one thread at a time. Example: docs/examples/mint_open.c */
CM_API CM_MUST_CHECK cm_err cm_coder_new(struct cm_coder **out,
                                         const struct cm_scheme_numbers *numbers,
                                         const struct cm_key *root, uint8_t key_version);

/** Wipe and free a coder; NULL is fine. */
CM_API void cm_coder_free(struct cm_coder *coder);

/** Mint the units first_serial .. first_serial + n - 1 of one batch.
 * @param[in] fields        of the batch; `serial` is ignored; not stored
 * @param[in] first_serial  first serial of the range
 * @param[in] n             units; 0 is fine
 * @param[out] numerals     n rows
 * @param[out] skip         n bytes, 1 = the scheme's filters forbid this code, else 0; may be NULL
 * @retval CM_E_RANGE   a field or the last serial is beyond its cardinality; outputs untouched
 * @retval CM_E_CRYPTO  the crypto library failed; outputs wiped
 * No allocation. Spend the serials durably before a code leaves the process. */
CM_API CM_MUST_CHECK cm_err cm_coder_mint_range(struct cm_coder *coder,
                                                const struct cm_unit_fields *fields,
                                                uint64_t first_serial, size_t n, uint8_t *numerals,
                                                uint8_t *skip);

/** Mint n units given one by one; parameters and errors as cm_coder_mint_range.
 * @retval CM_E_RANGE   a field of any unit is beyond its cardinality; outputs untouched
 * @retval CM_E_CRYPTO  the crypto library failed; outputs wiped */
CM_API CM_MUST_CHECK cm_err cm_coder_mint(struct cm_coder *coder,
                                          const struct cm_unit_fields *units, size_t n,
                                          uint8_t *numerals, uint8_t *skip);

/** Rows to text in the scheme's alphabet, without grouping and without NUL.
 * @param[in] numerals  n rows whose numerals are all below the alphabet's size
 * @param[out] texts    n times cm_scheme_code_len() characters
 * Thread-safe, no allocation. */
CM_API void cm_coder_text(const struct cm_coder *coder, const uint8_t *numerals, size_t n,
                          char *texts);

/** Open n rows. All the work is done for every row, whatever it holds.
 * @param[in] numerals  n rows; any bytes
 * @param[out] out      n answers
 * @retval CM_E_CRYPTO  the crypto library failed; out wiped
 * No allocation. A row forbidden by the scheme's filters is CM_OPEN_NONE: it was never issued. */
CM_API CM_MUST_CHECK cm_err cm_coder_open(struct cm_coder *coder, const uint8_t *numerals, size_t n,
                                          struct cm_opened *out);

#endif
