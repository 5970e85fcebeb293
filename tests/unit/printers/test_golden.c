/* The golden conversations of tests/vectors/printers, byte for byte. Their bytes are those of the
 * makers' descriptions (each file names its section) and stand in no source file. */
#include "support/cm.h"

#include <stdlib.h>
#include <string.h>

#include "support/printers/transcript.h"

#define VECTORS   CM_SOURCE_DIR "/tests/vectors/printers/"
#define PROTOCOLS CM_SOURCE_DIR "/tests/support/printers/protocols"
#define LINE_CAP  1200u

static void replay(const char *name) {
    struct cm_diag diag = DIAG_INIT;
    char path[LINE_CAP], line[LINE_CAP];
    (void)snprintf(path, sizeof path, VECTORS "%s", name);
    const cm_err err = transcript_replay(path, PROTOCOLS, &diag);
    (void)diag_text(&diag, err, line, sizeof line);
    if (err != CM_OK) fail_msg("%s", line);
}

#define GOLDEN(name)                                                                               \
    static void name##_goes_as_written(void **state) {                                             \
        (void)state;                                                                               \
        replay(#name ".txt");                                                                      \
    }

GOLDEN(zpl_run)
GOLDEN(zpl_host_status)
GOLDEN(zpl_reprint)
GOLDEN(zpl_fields)
GOLDEN(ztc_serialization)
GOLDEN(ztc_errors)
GOLDEN(ztc_asynchronous)
GOLDEN(ztc_jobs)
GOLDEN(sppl_run)
GOLDEN(sppl_queues)
GOLDEN(wsi)
GOLDEN(wsi_1710)
GOLDEN(codenet)
GOLDEN(ngpcl)
GOLDEN(dynamark)

/* The control: a wrong byte in a conversation is seen, and so is one too many. */
static void a_byte_that_differs_is_a_mismatch(void **state) {
    (void)state;
    static const char *const texts[] = {
        "grammar ztc\n> DAN\\r\n< ACX\\r\n",
        "grammar ztc\n> DAN\\r\n",
        "grammar ztc\n> DAN\\r\n< ACK\n",
        "grammar ztc\n> DAN\\r\n< ACK\\r\n= printed code=A\n",
    };
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++) {
        char path[] = CM_BINARY_DIR "/transcript.XXXXXX";
        struct cm_diag diag = DIAG_INIT;
        FILE *f = fdopen(mkstemp(path), "w");
        assert_non_null(f);
        assert_true(fputs(texts[i], f) >= 0 && fclose(f) == 0);
        assert_err(CM_E_CONFLICT, transcript_replay(path, PROTOCOLS, &diag));
        assert_int_equal(remove(path), 0);
        assert_non_null(strstr(diag.place, "line "));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zpl_run_goes_as_written),
        cmocka_unit_test(zpl_host_status_goes_as_written),
        cmocka_unit_test(zpl_reprint_goes_as_written),
        cmocka_unit_test(zpl_fields_goes_as_written),
        cmocka_unit_test(ztc_serialization_goes_as_written),
        cmocka_unit_test(ztc_errors_goes_as_written),
        cmocka_unit_test(ztc_asynchronous_goes_as_written),
        cmocka_unit_test(ztc_jobs_goes_as_written),
        cmocka_unit_test(sppl_run_goes_as_written),
        cmocka_unit_test(sppl_queues_goes_as_written),
        cmocka_unit_test(wsi_goes_as_written),
        cmocka_unit_test(wsi_1710_goes_as_written),
        cmocka_unit_test(codenet_goes_as_written),
        cmocka_unit_test(ngpcl_goes_as_written),
        cmocka_unit_test(dynamark_goes_as_written),
        cmocka_unit_test(a_byte_that_differs_is_a_mismatch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
