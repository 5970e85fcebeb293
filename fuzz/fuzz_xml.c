/* Fuzz target for doc/xml: any bytes end in records within the limits or in an error that says what
 * and where; however the bytes are cut into pieces, the records are the same. */
#include "fuzz/fuzz.h"

#include "doc/xml.h"

struct pieces {
    struct cm_slice rest;
    size_t step;
};

static cm_err feed(void *ctx, uint8_t *out, size_t cap, size_t *n) {
    struct pieces *p = ctx;
    *n = p->rest.len < cap ? p->rest.len : cap;
    if (p->step > 0 && *n > p->step) *n = p->step;
    if (*n > 0) memcpy(out, p->rest.p, *n);
    p->rest = slice_of(p->rest.p + *n, p->rest.len - *n);
    return CM_OK;
}

/* All records, flattened; what the limits promise holds for each. */
static cm_err flatten(struct cm_slice text, size_t step, struct buffer *out) {
    struct pieces p = {.rest = text, .step = step};
    struct cm_diag diag = DIAG_INIT;
    const struct xml_source source = {.read = feed, .ctx = &p};
    struct xml_reader *r = NULL;
    bool more = true;
    cm_err err = xml_reader_new(&r, &source, NULL, "fuzz", &diag);
    while (err == CM_OK && more) {
        err = xml_next(r, &more);
        size_t len = 0;
        fuzz_require(xml_field_n(r) <= XML_FIELDS_MAX);
        for (size_t i = 0; err == CM_OK && more && i < xml_field_n(r); i++) {
            const struct cm_slice name = xml_field_name(r, i), value = xml_field(r, i);
            fuzz_require(name.len > 0);
            len += name.len + value.len;
            buffer_put(out, name.p, name.len);
            buffer_u8(out, '=');
            buffer_put(out, value.p, value.len);
        }
        fuzz_require(len <= (size_t)2 * XML_RECORD_MAX);
        buffer_u8(out, ';');
    }
    fuzz_require(err == CM_OK || err == CM_E_NO_MEMORY || diag.problem[0] != '\0');
    xml_reader_free(r);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct buffer whole = BUFFER_INIT, cut = BUFFER_INIT;
    const cm_err err = flatten(slice_of(data, len), 0, &whole);
    const cm_err again = flatten(slice_of(data, len), 7, &cut);
    if (err == CM_OK && again == CM_OK)
        fuzz_require(slice_equal(buffer_slice(&whole), buffer_slice(&cut)));
    buffer_free(&whole);
    buffer_free(&cut);
    return 0;
}
