/* Grouping for print: ABCDEFGHJKLM -> ABCD-EFGH-JKLM. The reader deletes separators again, so a
 * grouping belongs to the looks of a code and never to its identity.
 * It refuses separators that the reader does not delete. */
#ifndef CM_CODES_GROUP_H
#define CM_CODES_GROUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "countermark/scheme.h"

struct grouping {
    uint8_t size[CM_GROUPS_MAX]; /* symbols of each group, first printed first; 0 ends the list;
                                    size[0] == 0: printed in one piece */
    char separator;              /* '-', ' ' or '.'; ignored without groups */
};

/* Where each byte of a printed code comes from. */
#define GROUPING_TEXT_MAX (CM_LENGTH_MAX + 1u + CM_GROUPS_MAX)
#define GROUPING_GAP      UINT8_MAX /* a separator */
struct grouping_layout {
    uint8_t from[GROUPING_TEXT_MAX]; /* index into the code, or GROUPING_GAP */
    uint8_t len, code_n;
    char separator;
};
/* The grouping has passed grouping_check. */
struct grouping_layout grouping_layout_of(const struct grouping *grouping, uint8_t code_n);

/* The grouping that is frozen in a scheme. */
struct grouping grouping_of(const struct cm_scheme_numbers *numbers);

/* The advised one: groups of four or five (codes of up to 40 symbols), separated by '-'; one piece
 * up to 5 symbols and beyond 40. */
struct grouping grouping_default(uint8_t code_n);

/** @retval CM_E_RANGE   the sizes do not add up to code_n
 * @retval CM_E_FORMAT  the separator is none that the reader deletes */
CM_MUST_CHECK cm_err grouping_check(const struct grouping *grouping, uint8_t code_n,
                                    struct cm_diag *diag);

/* Bytes of a grouped code, without NUL. */
size_t grouping_text_len(const struct grouping *grouping, uint8_t code_n);

/* n texts of code_n bytes, back to back, to n grouped texts of grouping_text_len bytes, back to
 * back, without NUL. The grouping has passed grouping_check. */
void grouping_apply(const struct grouping *grouping, uint8_t code_n, const char *texts, size_t n,
                    char *out);

/* The same into slots `stride` bytes apart (stride >= grouping_text_len), such as the code column
 * of lines laid out beforehand: bytes between the texts are left alone. */
void grouping_slots(const struct grouping *grouping, uint8_t code_n, const char *texts, size_t n,
                    char *out, size_t stride);

#endif
