/* What the tests of record formats share: see the header. */
#include "formats.h"

#include <string.h>

#include "order/sample.h"

struct template *made(const char *json) {
    struct template *t = NULL;
    struct cm_diag diag = DIAG_INIT;
    if (template_read(slice_text(json), "a format", &t, &diag) != CM_OK)
        fail_msg("%s: %s; %s", diag.place, diag.problem, diag.remedy);
    return t;
}

void says(const char *json, const char *expected) {
    CM_CLEANUP(template_freep) struct template *t = made(json);
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    if (sample_render(t, &out, &diag) != CM_OK) fail_msg("%s; %s", diag.problem, diag.remedy);
    assert_string_equal(buffer_cstr(&out), expected);
}

void refuses(const char *json, const char *place, const char *problem, const char *remedy) {
    struct template *t = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_int_not_equal(template_read(slice_text(json), "a format", &t, &diag), CM_OK);
    assert_null(t);
    assert_string_equal(diag.input, "a format");
    if (strstr(diag.place, place) == NULL || strstr(diag.problem, problem) == NULL ||
        strstr(diag.remedy, remedy) == NULL)
        fail_msg("%s | %s | %s", diag.place, diag.problem, diag.remedy);
}

void cannot_say(const char *json, cm_err err, const char *place, const char *problem) {
    CM_CLEANUP(template_freep) struct template *t = made(json);
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    assert_err(err, sample_render(t, &out, &diag));
    if (strstr(diag.place, place) == NULL || strstr(diag.problem, problem) == NULL)
        fail_msg("%s | %s", diag.place, diag.problem);
}
