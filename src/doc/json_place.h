/* Where a member of a JSON text stands: walks a text that was parsed already, by steps of keys and
 * indexes, and turns offsets into lines and columns. Only error messages need it, so it may be
 * slow. It refuses nothing: on a text that it cannot follow it answers with the last place it knew.
 */
#ifndef CM_DOC_JSON_PLACE_H
#define CM_DOC_JSON_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

struct json_step {
    const char *key; /* NULL: an index */
    size_t index;
};

struct json_spot {
    size_t line, column; /* both from 1; columns count code points */
};

/* Deepest nesting of [ and { outside strings. */
size_t json_place_depth(struct cm_slice text);
/* Offset of the value that n steps lead to; of the key when the last step names a key and
 * `at_key`; of the deepest container reached when the way ends early. */
size_t json_place_offset(struct cm_slice text, const struct json_step *steps, size_t n,
                         bool at_key);
struct json_spot json_place_spot(struct cm_slice text, size_t offset);

#endif
