/* Fuzz target for doc/json: every value of a document that is read can be visited, refused by every
 * reader that does not fit, and located, within the depth promised. */
#include "fuzz/fuzz.h"

#include "doc/json.h"

static struct cm_diag diag;

static void visit(struct json_value v, unsigned depth) {
    static const char *const keys[] = {"a", "name"};
    uint64_t n = 0;
    size_t items = 0;
    diag = (struct cm_diag)DIAG_INIT;
    fuzz_require(depth <= JSON_DEPTH_MAX);
    if (json_u64(v, 1, 0, &n) != CM_OK) fuzz_require(diag.place[0] != '\0'); /* an empty range */
    for (size_t k = 0; k < 2; k++)
        if (json_present(json_get(v, keys[k]))) visit(json_get(v, keys[k]), depth + 1);
    if (json_kind_of(v) != JSON_KIND_ARRAY || json_items(v, 0, 16, &items) != CM_OK) return;
    for (size_t i = 0; i < items; i++)
        visit(json_at(v, i), depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct json_doc *doc = NULL;
    diag = (struct cm_diag)DIAG_INIT;
    const cm_err err = json_doc_new(&doc, slice_of(data, len), "fuzz", &JSON_LIMITS_DEFAULT, &diag);
    fuzz_require((err == CM_OK) == (doc != NULL));
    if (err == CM_OK)
        visit(json_root(doc), 0);
    else
        fuzz_require(err == CM_E_NO_MEMORY || diag.problem[0] != '\0');
    json_doc_free(doc);
    return 0;
}
