/* What a person needs to mend a mistake: which input, where in it, what is wrong, what to do.
 * A diag belongs to the caller, has fixed size, and never holds a secret or a full code. */
#ifndef CM_BASE_DIAG_H
#define CM_BASE_DIAG_H

#include "countermark/error.h"

#define DIAG_PART_CAP 256u /* bytes of one part, with its NUL; longer text is cut */

struct cm_diag {
    char input[DIAG_PART_CAP];   /* "plan.csv", "scheme 'cola'", "--volume" */
    char place[DIAG_PART_CAP];   /* "line 7, column gtin"; may be empty */
    char problem[DIAG_PART_CAP]; /* "check digit is 4, should be 9" */
    char remedy[DIAG_PART_CAP];  /* "correct the GTIN; ..." */
};

#define DIAG_INIT                                                                                  \
    { .input = "" }

/** Fill the parts (only while `problem` is still empty: the first, innermost cause wins).
 * @param diag  may be NULL: then nothing happens
 * All texts are printf formats without arguments expanded by the caller; NULL leaves a part. */
void diag_set(struct cm_diag *diag, const char *input, const char *place, const char *remedy,
              const char *problem_format, ...) __attribute__((format(printf, 5, 6)));

/** As diag_set, with the value `err`: `return diag_fail(d, CM_E_FORMAT, input, place, ...);`
 * A macro, so that analysers see which status comes back. */
#define diag_fail(diag, err, ...) (diag_set((diag), __VA_ARGS__), (cm_err)(err))

/** Name the input and place later, by a caller that knows them; set parts stay as they are. */
void diag_locate(struct cm_diag *diag, const char *input, const char *place);

/** One line for people: "input: place: problem; remedy". Returns bytes written without the NUL. */
int diag_text(const struct cm_diag *diag, cm_err err, char *out, unsigned cap);

#endif
