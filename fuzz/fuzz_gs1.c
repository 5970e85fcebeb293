/* Fuzz target for symbol/gs1 and symbol/payload: a message that is judged good is written in three
 * forms, each reads back as the same message; a refused one says why; the bytes as a pattern of a
 * payload fill without harm. */
#include "fuzz/fuzz.h"

#include "symbol/gs1_any.h"
#include "symbol/gs1_link.h"
#include "symbol/payload.h"

#define HOST "https://id.example.com"

static void require_same(const struct gs1 *a, const struct gs1 *b) {
    fuzz_require(a->n == b->n);
    for (size_t i = 0; i < a->n; i++)
        fuzz_require(a->element[i].id == b->element[i].id &&
                     slice_equal(a->element[i].text, b->element[i].text));
}

static void round_trips(const struct gs1 *m) {
    struct gs1 again;
    struct buffer out = BUFFER_INIT, link = BUFFER_INIT;
    gs1_write_carried(m, &out);
    fuzz_require(gs1_read_carried(buffer_slice(&out), &again, NULL) == CM_OK);
    require_same(m, &again);
    buffer_clear(&out);
    gs1_write(m, false, &out);
    fuzz_require(gs1_read(buffer_slice(&out), &again, NULL) == CM_OK);
    require_same(m, &again);
    struct cm_diag diag = DIAG_INIT;
    if (gs1_link_write(m, HOST, false, &link, &diag) != CM_OK) {
        fuzz_require(diag.problem[0] != '\0' && link.len == 0);
    } else {
        fuzz_require(gs1_link_read(buffer_slice(&link), &again, NULL) == CM_OK);
        fuzz_require(gs1_judge(&again, NULL) == CM_OK && again.n <= m->n);
        buffer_clear(&out);
        fuzz_require(gs1_link_write(&again, HOST, false, &out, NULL) == CM_OK);
        fuzz_require(slice_equal(buffer_slice(&out), buffer_slice(&link)));
    }
    buffer_free(&out);
    buffer_free(&link);
}

static void as_pattern(const uint8_t *data, size_t len) {
    static const char *const columns[] = {"code", "gtin"};
    const struct cm_slice cells[] = {slice_text("7NQ4K2"), slice_text("9506000134352")};
    char pattern[PAYLOAD_PATTERN_MAX + 1];
    if (len < 1 || len > PAYLOAD_PATTERN_MAX) return;
    memcpy(pattern, data + 1, len - 1);
    pattern[len - 1] = '\0';
    struct payload *p = NULL;
    struct cm_diag diag = DIAG_INIT;
    const enum payload_form form = (enum payload_form)(data[0] % 4u);
    if (payload_new(form, pattern, HOST, columns, 2, &p, &diag) != CM_OK) {
        fuzz_require(p == NULL && diag.problem[0] != '\0');
        return;
    }
    struct buffer out = BUFFER_INIT;
    if (payload_fill(p, cells, &out, &diag) != CM_OK)
        fuzz_require(out.len == 0 && diag.problem[0] != '\0');
    buffer_free(&out);
    payload_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct gs1 m;
    struct cm_diag diag = DIAG_INIT;
    cm_err err = gs1_any_read(slice_of(data, len), &m, NULL, &diag);
    if (err == CM_OK) err = gs1_judge(&m, &diag);
    if (err == CM_OK)
        round_trips(&m);
    else
        fuzz_require(diag.problem[0] != '\0');
    gs1_wipe(&m);
    as_pattern(data, len);
    return 0;
}
