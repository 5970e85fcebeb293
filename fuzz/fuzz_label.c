/* Fuzz target for line/zpl_label: a template that compiles says each unit without opening a command
 * of its own, whatever the unit's text. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "line/zpl_label.h"

static size_t count(struct cm_slice bytes, uint8_t byte) {
    size_t n = 0;
    for (size_t i = 0; i < bytes.len; i++)
        n += bytes.p[i] == byte;
    return n;
}

static void recall(const struct zpl_label *label, struct cm_slice text) {
    struct buffer plain = BUFFER_INIT, out = BUFFER_INIT;
    const struct unit usual = {.texts = {slice_text("A")}};
    const struct unit hostile = {.texts = {text}};
    fuzz_require(zpl_label_recall(label, &usual, &plain, NULL) == CM_OK);
    if (zpl_label_recall(label, &hostile, &out, NULL) == CM_OK) {
        fuzz_require(count(buffer_slice(&out), '^') == count(buffer_slice(&plain), '^'));
        fuzz_require(count(buffer_slice(&out), '~') == count(buffer_slice(&plain), '~'));
    }
    buffer_free(&plain);
    buffer_free(&out);
}

/* The input is a template, a NUL, and a unit's text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static const char *const fields[] = {"code", NULL};
    const uint8_t *zero = len == 0 ? NULL : memchr(data, 0, len);
    const size_t n = zero == NULL ? len : (size_t)(zero - data);
    const struct cm_slice text = zero == NULL ? slice_text("B") : slice_of(zero + 1, len - n - 1);
    struct zpl_label label;
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = zpl_label_compile(&label, slice_of(data, n), "fuzz", fields, &diag);
    if (err == CM_OK) {
        recall(&label, text);
        zpl_label_free(&label);
    } else {
        fuzz_require(err == CM_E_NO_MEMORY || diag.problem[0] != '\0');
    }
    return 0;
}
