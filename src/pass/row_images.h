/* Pictures that differ from row to row: "strip" is "images/{tier}.png", a path below the template's
 * folder. With gold.png its companions gold@2x.png and gold@3x.png are taken, too. A row whose path
 * is empty keeps the folder's own picture. Refused: kinds that no pass or not this style shows, the
 * same kind twice, a kind that a translation of the folder would hide, and what pass_beneath.h and
 * pass_images.h refuse. The last few pictures stay packed: tiers repeat.
 * docs/design/passes.md, "Pictures of rows" */
#ifndef CM_PASS_ROW_IMAGES_H
#define CM_PASS_ROW_IMAGES_H

#include "pack/zip.h"
#include "pass/pass_folder.h"

#define ROW_IMAGES_MAX 8u /* kinds of one run */
#define ROW_PARTS_MAX  ((size_t)PASS_SCALE_MAX * ROW_IMAGES_MAX)

struct row_image_choice {
    const char *kind;    /* "strip" */
    const char *pattern; /* "{photo}", "images/{tier}.png" */
};

/* A file of a pass, packed. */
struct row_part {
    const char *name; /* of the pass, as "strip@2x.png" */
    const char *sha1; /* hex */
    const struct zip_part *part;
};

struct row_images;

struct row_images_options {
    const struct row_image_choice *choices;
    size_t n;
    const char *const *columns; /* names of a row's cells */
    size_t column_n;
    enum pass_style style;
};

/** @param[in]  folder  borrowed until row_images_free
 * @param[out] out     row_images_free it; untouched on error
 * @retval CM_E_NOT_FOUND  no such kind, no such column     @retval CM_E_EXISTS  a kind twice
 * @retval CM_E_CONFLICT   this style does not show it, or a translation hides it
 * @retval CM_E_FORMAT     the pattern       @retval CM_E_LIMIT  more than ROW_IMAGES_MAX
 * @retval CM_E_NO_MEMORY, CM_E_IO */
CM_MUST_CHECK cm_err row_images_new(const struct pass_folder *folder,
                                    const struct row_images_options *options,
                                    struct row_images **out, struct cm_diag *diag);
void row_images_free(struct row_images *r);
/** The pictures of a row, read and judged.
 * @param[out] out  n of them; borrowed until the next call
 * @retval as pass_beneath_read and pass_image_read; diag names the option, not the path */
CM_MUST_CHECK cm_err row_images_take(struct row_images *r, const struct cm_slice *cells,
                                     struct row_part out[static ROW_PARTS_MAX], size_t *n,
                                     struct cm_diag *diag);
/* Whether the row that was taken last has a picture of this kind, in place of the folder's. */
bool row_images_replace(const struct row_images *r, const char *kind);
/* Rows so far with a picture that Wallet does not show as it is. */
uint64_t row_images_doubtful(const struct row_images *r);

#endif
