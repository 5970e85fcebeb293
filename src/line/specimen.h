/* The texts of a unit that is none: every field says TEST, the GTIN is all zeros, so that a label
 * for trying out a template can never be taken for a product's. A dry run lays the words of its
 * batch over them; the code stays TEST. It never holds a code. */
#ifndef CM_LINE_SPECIMEN_H
#define CM_LINE_SPECIMEN_H

#include "line/driver.h"

#define SPECIMEN_TEXT_CAP 96u

struct specimen {
    const char *names[DRIVER_FIELDS]; /* as driver_options.fields */
    char texts[DRIVER_FIELDS][SPECIMEN_TEXT_CAP];
    struct unit unit; /* borrows the texts: a specimen is not copied */
};

/* All fields that a run knows (fields.h), each "TEST"; gtin "00000000000000", serial "0". */
void specimen_init(struct specimen *s);
/** Lay a word of the batch over a field: "product", "date", "line" ...
 * @retval CM_E_NOT_FOUND  a run has no such field    @retval CM_E_RANGE  the text is too long
 * @retval CM_E_ARGUMENT   code, human, url and serial stay what they are */
CM_MUST_CHECK cm_err specimen_word(struct specimen *s, const char *name, struct cm_slice text);
/** Make code, human and url as long as the scheme's real ones: TEST again and again, grouped by a
 * hyphen after every `group` (0: none). @retval CM_E_RANGE  no code is that long */
CM_MUST_CHECK cm_err specimen_shape(struct specimen *s, size_t code_len, size_t group);

#endif
