/* The n-th failing allocation while a record format is read and a file is written: no memory is the
 * answer, the output stays as it was, nothing leaks (the sanitizer build looks), and nothing is
 * allocated per record. The linker sends malloc and calloc of our objects here (--wrap). */
#include "support/cm.h"

#include <stdlib.h>
#include <string.h>

#include "order/render.h"
#include "order/sample.h"

static unsigned calls, fail_at;

static void starve(unsigned n) {
    calls = 0;
    fail_at = n;
}

/* NOLINTBEGIN(cert-dcl51-cpp,bugprone-reserved-identifier): these names are the linker's. */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size) { return ++calls == fail_at ? NULL : __real_malloc(size); }

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size) {
    return ++calls == fail_at ? NULL : __real_calloc(n, size);
}
/* NOLINTEND(cert-dcl51-cpp,bugprone-reserved-identifier) */

static const char json[] =
    "{\"format\":1,\"name\":\"x\",\"kind\":\"jsonl\",\"hash_total\":\"number\",\"header\":[[{"
    "\"name\":\"h\",\"value\":\"{records}\"}]],\"fields\":[{\"name\":\"p\",\"value\":\"{product}\"}"
    ","
    "{\"name\":\"n\",\"value\":\"{number}\"}],\"trailer\":[[{\"name\":\"t\",\"value\":"
    "\"{hash_total}\"}]]}";

static void a_format_that_cannot_be_read_leaves_nothing_behind(void **state) {
    (void)state;
    struct template *t = NULL;
    starve(0);
    assert_ok(template_read(slice_text(json), "x", &t, NULL));
    const unsigned n = calls;
    template_free(t);
    t = NULL;
    assert_true(n >= 4); /* document, format, reader, their buffers */
    for (unsigned i = 1; i <= n; i++) {
        starve(i);
        assert_err(CM_E_NO_MEMORY, template_read(slice_text(json), "x", &t, NULL));
        assert_null(t);
    }
    starve(0);
}

static void a_file_that_cannot_grow_stays_as_it_was(void **state) {
    (void)state;
    CM_CLEANUP(template_freep) struct template *t = NULL;
    starve(0);
    assert_ok(template_read(slice_text(json), "x", &t, NULL));
    for (unsigned i = 1;; i++) {
        CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
        starve(i);
        const cm_err err = sample_render(t, &out, NULL);
        const bool reached = calls >= i;
        starve(0);
        if (!reached) {
            assert_ok(err);
            assert_true(i > 2);
            return;
        }
        assert_int_equal(err, CM_E_NO_MEMORY);
    }
}

static unsigned allocations(const struct template *t, size_t records, struct buffer *out) {
    struct sample sample;
    struct render r;
    sample_fill(&sample);
    const struct render_plan plan = {.constants = &sample.constants, .records = records};
    assert_ok(render_begin(&r, t, &plan, out, NULL));
    starve(0);
    for (size_t done = 0; done < records; done += SAMPLE_RECORDS) {
        buffer_clear(out);
        sample.set.first = done + 1;
        assert_ok(render_records(&r, &sample.set, out, NULL));
    }
    return calls;
}

static void nothing_is_allocated_for_a_record(void **state) {
    (void)state;
    CM_CLEANUP(template_freep) struct template *t = NULL;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(template_read(slice_text(json), "x", &t, NULL));
    assert_true(allocations(t, 30, &out) > 0); /* the buffer's own growth */
    assert_int_equal(allocations(t, 30000, &out), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_format_that_cannot_be_read_leaves_nothing_behind),
        cmocka_unit_test(a_file_that_cannot_grow_stays_as_it_was),
        cmocka_unit_test(nothing_is_allocated_for_a_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
