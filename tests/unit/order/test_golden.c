/* Every shipped record format writes its golden file, byte for byte. The files were not written by
 * the program under test alone: tests/oracle/records_golden.mjs, which knows
 * docs/guide/record-formats.md and nothing of our C, writes the same. */
#include "support/cm.h"

#include <dirent.h>
#include <string.h>

#include "base/file.h"
#include "order/render.h"
#include "order/sample.h"

#define FORMATS CM_SOURCE_DIR "/templates/orders/"
#define GOLDEN  CM_SOURCE_DIR "/tests/unit/order/golden/"

static void read(const char *path, struct buffer *out) {
    struct cm_diag diag = DIAG_INIT;
    if (file_read(path, TEMPLATE_TEXT_MAX, out, &diag) != CM_OK)
        fail_msg("%s: %s", path, diag.problem);
}

static void same(const char *name, const char *rest, const struct buffer *got) {
    CM_CLEANUP(buffer_free) struct buffer want = BUFFER_INIT;
    char path[1024];
    (void)snprintf(path, sizeof path, GOLDEN "%s%s", name, rest);
    read(path, &want);
    if (!slice_equal(buffer_slice(&want), buffer_slice(got)))
        fail_msg("%s differs; we write:\n%.*s", path, (int)got->len, (const char *)got->p);
}

static void companions(const struct template *t) {
    struct sample sample;
    sample_fill(&sample);
    for (size_t i = 0; i < template_companion_n(t); i++) {
        CM_CLEANUP(buffer_free) struct buffer name = BUFFER_INIT, body = BUFFER_INIT;
        buffer_u8(&name, '-'); /* of the golden file's name alone */
        assert_ok(render_companion(t, &sample.constants, i, &name, &body, NULL));
        same(template_name(t), buffer_cstr(&name), &body);
    }
}

static void one(const char *file) {
    CM_CLEANUP(template_freep) struct template *t = NULL;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT, out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    char path[1024];
    (void)snprintf(path, sizeof path, FORMATS "%s", file);
    read(path, &text);
    if (template_read(buffer_slice(&text), file, &t, &diag) != CM_OK ||
        sample_render(t, &out, &diag) != CM_OK)
        fail_msg("%s: %s: %s; %s", file, diag.place, diag.problem, diag.remedy);
    assert_int_equal(strncmp(template_name(t), file, strlen(template_name(t))), 0);
    assert_true(strlen(template_about(t)) > 0);
    same(template_name(t), template_extension(t), &out);
    companions(t);
}

static void every_shipped_format_writes_its_golden_file(void **state) {
    (void)state;
    DIR *folder = opendir(FORMATS);
    unsigned n = 0;
    assert_non_null(folder);
    for (const struct dirent *e = readdir(folder); e != NULL; e = readdir(folder)) {
        const char *end = strrchr(e->d_name, '.');
        if (end == NULL || strcmp(end, ".json") != 0) continue;
        one(e->d_name);
        n++;
    }
    (void)closedir(folder);
    assert_true(n >= 15); /* one that is lost is no test that passes */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shipped_format_writes_its_golden_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
