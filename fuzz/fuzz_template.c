/* Fuzz target for order/template and order/render: a format that is read writes any records without
 * leaving its buffer, or says which field cannot; what is refused has a message. The input is a
 * format, a NUL, and a text that stands in every value and constant.
 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "order/render.h"

#define RECORDS 2u

static void judge(cm_err err, const struct cm_diag *diag) {
    fuzz_require(err == CM_OK || err == CM_E_NO_MEMORY || diag->problem[0] != '\0');
}

static void companions(const struct template *t, const struct record_constants *constants) {
    for (size_t i = 0; i < template_companion_n(t); i++) {
        struct buffer name = BUFFER_INIT, out = BUFFER_INIT;
        struct cm_diag diag = DIAG_INIT;
        const cm_err err = render_companion(t, constants, i, &name, &out, &diag);
        judge(err, &diag);
        fuzz_require(err != CM_OK || memchr(name.p, '/', name.len) == NULL);
        buffer_free(&name);
        buffer_free(&out);
    }
}

static void write_file(const struct template *t, struct cm_slice text) {
    static uint8_t rows[RECORDS][UINT8_MAX];
    const uint8_t used = (uint8_t)(text.len < UINT8_MAX ? text.len : UINT8_MAX);
    const uint8_t len[RECORDS] = {used, 1};
    struct record_constants constants = {0};
    struct record_set set = {.n = RECORDS, .first = 1};
    const struct render_plan plan = {.constants = &constants, .records = RECORDS, .units = RECORDS};
    struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    struct render r;
    if (used > 0) memcpy(rows[0], text.p, used);
    rows[1][0] = '7';
    for (unsigned v = 0; v < RECORD_VALUE_N; v++)
        set.column[v] = (struct record_column){
            .rows = (const char *)rows, .stride = UINT8_MAX, .width = 0, .len = len};
    for (unsigned c = 0; c < RECORD_CONSTANT_N; c++)
        constants.text[c] = slice_of(rows[0], used);
    cm_err err = render_begin(&r, t, &plan, &out, &diag);
    if (err == CM_OK) err = render_records(&r, &set, &out, &diag);
    if (err == CM_OK) err = render_end(&r, &out, &diag);
    judge(err, &diag);
    companions(t, &constants);
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    const uint8_t *zero = len == 0 ? NULL : memchr(data, 0, len);
    const size_t n = zero == NULL ? len : (size_t)(zero - data);
    const struct cm_slice text = zero == NULL ? slice_text("B") : slice_of(zero + 1, len - n - 1);
    struct template *t = NULL;
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = template_read(slice_of(data, n), "fuzz", &t, &diag);
    judge(err, &diag);
    if (err == CM_OK) write_file(t, text);
    template_free(t);
    return 0;
}
