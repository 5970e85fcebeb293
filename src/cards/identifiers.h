/* The identifiers of a pool's cards as its document has them: EAN-13, GSRN, key tags, tracks,
 * control number. Frozen for life: they are printed.
 *
 * Refused: EAN-13 outside the ranges for restricted circulation, bodies too short to encipher,
 * faces that could be confused with each other, one kind twice. Form: docs/design/faces.md.
 * References: GS1 General Specifications (prefixes 02, 04, 20..29; AI 8018). */
#ifndef CM_CARDS_IDENTIFIERS_H
#define CM_CARDS_IDENTIFIERS_H

#include "cards/track.h"
#include "countermark/card.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define CONTROL_PREFIX_CAP 13u
#define CONTROL_DIGITS_MAX 17u

/* control number = prefix | index in so many digits. No secret: it joins files. */
struct control {
    uint8_t digits; /* 0 = not said: the digits of the pool's body, without prefix */
    char prefix[CONTROL_PREFIX_CAP]; /* A-Z, 0-9, - */
};

struct identifiers {
    struct track track[TRACKS]; /* track 1, track 2 */
    struct control control;
};

/** Read the list, numbers->faces too.
 * @param[in]     list     absent: none
 * @param[in,out] numbers  its faces are set
 * @retval CM_E_FORMAT, CM_E_RANGE, CM_E_EXISTS, CM_E_CONFLICT  located at the member */
CM_MUST_CHECK cm_err identifiers_read(struct json_value list, struct cm_pool_numbers *numbers,
                                      struct identifiers *out);
/* Nothing is written where there is nothing. */
void identifiers_write(struct json_writer *w, const struct cm_pool_numbers *numbers,
                       const struct identifiers *ids);

/* What the control numbers of a pool are, said or not. */
struct control control_of(const struct cm_pool_numbers *numbers, const struct identifiers *ids);
#define CONTROL_TEXT_MAX (CONTROL_PREFIX_CAP - 1u + CONTROL_DIGITS_MAX)
/* The control number of an index: prefix and digits, without NUL; returns its length, at most
 * CONTROL_TEXT_MAX. */
size_t control_write(const struct control *control, uint64_t index, char *out);
/** @retval CM_E_FORMAT  not a control number of this pool; *index untouched */
CM_MUST_CHECK cm_err control_read(const struct control *control, struct cm_slice text,
                                  uint64_t *index);

#endif
