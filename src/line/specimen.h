/* The texts of a unit that is none: every field says TEST, the GTIN is all zeros, so that a label
 * for trying out a template can never be taken for a product's. A dry run lays the words of its
 * batch over them. It never holds a code, and refuses to be given one. */
#ifndef CM_LINE_SPECIMEN_H
#define CM_LINE_SPECIMEN_H

#include "line/driver.h"

#define SPECIMEN_FIELDS   9u /* as many as a run knows (fields.h) */
#define SPECIMEN_TEXT_CAP 128u

struct specimen {
    char texts[SPECIMEN_FIELDS][SPECIMEN_TEXT_CAP];
};

/* Each "TEST"; gtin "00000000000000", whose check digit is right, and serial "0". */
void specimen_init(struct specimen *s);
/** Lay a word of the batch over a field: batch, product, gtin, date or line.
 * @retval CM_E_NOT_FOUND  a run has no such field     @retval CM_E_RANGE  the text is too long
 * @retval CM_E_ARGUMENT   code, human, url and serial stay what they are */
CM_MUST_CHECK cm_err specimen_word(struct specimen *s, const char *name, struct cm_slice text);
/** Make code, human and url as long as real ones: TEST over and over, a hyphen in human after every
 * `group` symbols (0: none). Such a code could be one: it is for dry runs alone, never for paper.
 * @retval CM_E_RANGE  a code of 1 to 64 symbols was meant */
CM_MUST_CHECK cm_err specimen_shape(struct specimen *s, size_t code_len, size_t group);
/* The unit for a driver of these fields, ended by NULL; borrows from s. Fields that a run does not
 * know are empty. */
void specimen_unit(const struct specimen *s, const char *const *fields, struct unit *out);

#endif
