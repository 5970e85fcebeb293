/* What drivers say, beside the golden conversations that neither they nor the emulators include: in
 * an undisturbed run every request of a driver stands there, in the same form. The names of
 * message, field and code are those of each conversation; what has a reason to differ is listed. */
#include "support/cm.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "join.h"

#define FILE_MOST 65536u

/* The golden files of one grammar, and requests that none of them shows but the reference does. */
static const struct {
    struct join_plan plan;
    char end; /* of a request */
    const char *files[3];
    const char *besides[4];
} voices[] = {
    {{.kind = "ztc", .grammar = "ztc", .rate_per_minute = 6000},
     '\r',
     {"ztc_serialization", "ztc_errors", NULL},
     {"\r" /* 2.1: flushes half a command */, NULL}},
    {{.kind = "sppl", .grammar = "sppl", .message = "dm_53.rox", .rate_per_minute = 6000},
     '^',
     {"sppl_run", "sppl_queues", NULL},
     {"~SPPSTP^" /* 3: stop */, NULL}},
    {{.kind = "wsi", .grammar = "wsi", .product_ms = 20, .field = "CODE"},
     '\x03',
     {"wsi", NULL},
     {"\x02"
      "E\x03",
      "\x02"
      "O1\x03" /* 4a */,
      NULL}},
    {{.kind = "raw", .grammar = "codenet", .product_ms = 20},
     '\x04',
     {"codenet", NULL},
     {"\x1bQ1N\x04" /* 4b: Y/N, the head */, NULL}},
    {{.kind = "raw", .grammar = "ngpcl", .message = "BOX", .product_ms = 20, .passing = true},
     '\r',
     {"ngpcl", NULL},
     {NULL}},
};

/* The bytes of all "> " lines of a file, unescaped: \r, \n and \xHH alone occur in them. */
static void add_requests(const char *name, struct buffer *out) {
    char path[1024];
    struct buffer text = BUFFER_INIT;
    (void)snprintf(path, sizeof path, CM_SOURCE_DIR "/tests/vectors/printers/%s.txt", name);
    assert_ok(file_read(path, FILE_MOST, &text, NULL));
    bool ours = false;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t *p = text.p + i;
        if (i == 0 || p[-1] == '\n') ours = text.len - i > 2 && memcmp(p, "> ", 2) == 0;
        if (!ours || *p == '\n' || (i > 0 && p[-1] == '\n') || (i > 1 && p[-2] == '\n')) continue;
        if (*p != '\\') {
            buffer_u8(out, *p);
            continue;
        }
        char byte[2] = {p[1] == 'r' ? '\r' : '\n', 0};
        i++;
        if (p[1] == 'x') {
            char digits[3] = {(char)p[2], (char)p[3], 0};
            byte[0] = (char)strtoul(digits, NULL, 16);
            i += 2;
        }
        buffer_put(out, byte, 1);
    }
    buffer_free(&text);
}

static bool holds(const struct buffer *all, struct cm_slice part) {
    return all->len > 0 && memmem(all->p, all->len, part.p, part.len) != NULL;
}

/* A unit stands in the vectors with another code: compare what is around it. */
static bool is_known(const struct buffer *golden, struct cm_slice request) {
    const uint8_t *code = memmem(request.p, request.len, "C00000", 6);
    if (code == NULL) return holds(golden, request);
    const size_t before = (size_t)(code - request.p);
    return holds(golden, slice_of(request.p, before)) &&
           holds(golden, slice_of(code + 7, request.len - before - 7));
}

static bool is_besides(const char *const *besides, struct cm_slice request) {
    for (size_t i = 0; besides[i] != NULL; i++)
        if (slice_equal(request, slice_text(besides[i]))) return true;
    return false;
}

static void drivers_say_what_the_golden_conversations_say(void **state) {
    (void)state;
    for (size_t v = 0; v < CM_ARRAY_N(voices); v++) {
        struct join j;
        struct buffer golden = BUFFER_INIT;
        struct join_plan plan = voices[v].plan;
        plan.units = 2;
        plan.limit_ms = 5000;
        plan.finish = true;
        for (size_t i = 0; voices[v].files[i] != NULL; i++)
            add_requests(voices[v].files[i], &golden);
        join_run(&j, &plan);
        size_t from = 0, n = 0;
        for (size_t i = 0; i < j.said.len; i++) {
            if (j.said.p[i] != (uint8_t)voices[v].end) continue;
            const struct cm_slice request = slice_of(j.said.p + from, i + 1 - from);
            if (!is_known(&golden, request) && !is_besides(voices[v].besides, request))
                fail_msg("%s: %.*s", plan.grammar, (int)request.len, (const char *)request.p);
            from = i + 1;
            n++;
        }
        assert_true(n > 8);
        join_close(&j);
        buffer_free(&golden);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drivers_say_what_the_golden_conversations_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
