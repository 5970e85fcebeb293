/* Which files an Apple pass may hold beside pass.json, and whether a PNG among them is one.
 * Names other than Wallet's are refused, so that nothing is sent to every customer by accident.
 * PNG (ISO/IEC 15948): signature, header, order and CRC of every chunk, the end; pixels are not
 * unpacked. Sizes: Apple, Wallet Passes, "Pass Style Sets"; in points, times the scale. */
#ifndef CM_PASS_PASS_IMAGES_H
#define CM_PASS_PASS_IMAGES_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/diag.h"

#define PASS_IMAGE_SIDE_MAX 4096u      /* pixels */
#define PASS_FILE_MAX       (4u << 20) /* bytes of one file of a pass */
#define PASS_SCALE_MAX      3u         /* @3x */

enum pass_style { PASS_BOARDING, PASS_COUPON, PASS_EVENT, PASS_GENERIC, PASS_STORE, PASS_STYLE_N };

/* Words of pass.json, in the order of the enum. */
extern const char *const pass_style_names[PASS_STYLE_N];

struct pass_image {
    const char *kind;       /* "icon", "strip" ... */
    unsigned scale;         /* 1, 2 or 3 */
    unsigned width, height; /* pixels */
};

/** Which image of a pass a name without its folder means.
 * @param[out] out  without width and height; untouched on error
 * @retval CM_E_NOT_FOUND  no file of a pass: diag has the nearest name, if one is near */
CM_MUST_CHECK cm_err pass_image_named(const char *name, struct pass_image *out,
                                      struct cm_diag *diag);
/** Read width and height and judge the file.
 * @retval CM_E_FORMAT  not a PNG, or a damaged one      @retval CM_E_LIMIT  too large */
CM_MUST_CHECK cm_err pass_image_read(struct cm_slice png, struct pass_image *out,
                                     struct cm_diag *diag);
/* Whether Wallet shows that kind in that style at all. */
bool pass_image_shown(const char *kind, enum pass_style style);
/* What Wallet does with an image of this size in that style, when it does not show it as it is;
 * NULL when it does. */
const char *pass_image_doubt(const struct pass_image *image, enum pass_style style);

#endif
