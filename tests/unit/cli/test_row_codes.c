/* Many lines at once are the lines one by one: row_put_codes against row_put, the plain formatter,
 * on random templates, codes of every alphabet and hostile texts. What single lines must look like
 * is said in test_mint_row.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/mint_row.h"
#include "support/allocations.h"
#include "support/cm.h"
#include "support/splitmix.h"

#define TEMPLATES 400u
#define CODES_MAX 700u /* more than two blocks of row_codes.c */
#define PLAN_CAP  1200u

static uint64_t seed = 20261122;

static uint64_t below(uint64_t n) { return splitmix_next(&seed) % n; }

static const char *pick(const char *const *from, size_t n) { return from[below(n)]; }

/* ---- Templates ------------------------------------------------------------------------------- */

static const char *const formats[] = {
    "csv", "rfc4180", "semicolon", "tab", "spreadsheet", "spreadsheet-semicolon", "jsonl", "text"};
static const char *const columns[] = {"code", "serial", "product", "sku", "batch", "line", "date"};
static const char *const products[] = {
    "Cola",
    "=1+1",
    "a \\\"b\\\", c",
    "x;y\\tz",
    "\\u00fc\\u4e2d",
    "12E5",
    "-",
    ",,,,",
    "",
    "sixteen bytes, !",
    "a product name that is longer than a few copies of sixteen bytes each"};

struct writer {
    struct json_doc *doc;
    struct row_writer w;
    struct row_run run;
    char columns[256];
    const char *format;
};
static void writer_wipe(struct writer *w) {
    row_run_wipe(&w->run);
    row_writer_wipe(&w->w);
    json_doc_free(w->doc);
}
#define WRITER_SCOPED CM_CLEANUP(writer_wipe)

static void random_groups(char *out, size_t cap, uint8_t code_len) {
    size_t n = 1 + below(4), used = 0;
    if (n > code_len) n = 1;
    int len = snprintf(out, cap, "[");
    for (size_t i = 0; i < n; i++) {
        const size_t size = i + 1 == n ? code_len - used : 1 + below((code_len - used) / (n - i));
        used += size;
        len += snprintf(out + len, cap - (size_t)len, i > 0 ? ",%zu" : "%zu", size);
    }
    (void)snprintf(out + len, cap - (size_t)len, "]");
}

static struct writer make(const char *format, const char *wanted, uint8_t code_len) {
    struct writer w = {.format = format};
    char plan[PLAN_CAP], groups[64];
    static const char *const separators[] = {"-", " ", "."};
    random_groups(groups, sizeof groups, code_len);
    (void)snprintf(w.columns, sizeof w.columns, "%s", wanted);
    (void)snprintf(plan, sizeof plan,
                   "{\"printed_length\":%u,\"groups\":%s,\"separator\":\"%s\",\"about\":{"
                   "\"batch\":\"monday\",\"product\":\"%s\",\"attributes\":{\"sku\":\"%s\"}}}",
                   code_len, groups, pick(separators, CM_ARRAY_N(separators)),
                   pick(products, CM_ARRAY_N(products)), pick(products, CM_ARRAY_N(products)));
    assert_ok(json_doc_new(&w.doc, slice_text(plan), "plan", &JSON_LIMITS_DEFAULT, NULL));
    assert_ok(row_writer_init(&w.w, format, w.columns, json_root(w.doc), below(4) > 0, NULL));
    return w;
}

static struct writer make_random(uint8_t code_len) {
    char wanted[256] = "";
    const size_t n = 1 + below(ROW_COLUMNS_MAX);
    for (size_t i = 0; i < n; i++) {
        const char *name = pick(columns, CM_ARRAY_N(columns));
        text_append(wanted, sizeof wanted, i > 0 ? ",%s" : "%s", name);
    }
    return make(pick(formats, CM_ARRAY_N(formats)), wanted, code_len);
}

/* ---- Codes ----------------------------------------------------------------------------------- */

/* Exactly as large as it must be: what is read behind it, the sanitizer finds. */
struct codes {
    char *texts;
    uint8_t *skip;
    struct row_codes rows;
};
static void codes_free(struct codes *c) {
    free(c->texts);
    free(c->skip);
}
#define CODES_SCOPED CM_CLEANUP(codes_free)

static uint64_t random_serial(void) {
    uint64_t power = 1;
    for (uint64_t n = below(19); n > 0; n--)
        power *= 10;
    const uint64_t back = below(2 * CODES_MAX);
    return power > back ? power - back : power; /* around a carry */
}

static struct codes random_codes(uint8_t code_len, const char *alphabet) {
    struct codes c = {.rows = {.first = random_serial(), .n = 1 + below(CODES_MAX)}};
    const size_t symbols = strlen(alphabet), len = c.rows.n * code_len;
    c.rows.texts = c.texts = malloc(len);
    c.rows.skip = c.skip = malloc(c.rows.n);
    assert_non_null(c.texts);
    assert_non_null(c.skip);
    for (size_t i = 0; i < len; i++)
        c.texts[i] = alphabet[below(symbols)];
    for (size_t i = 0; i < c.rows.n; i++)
        c.skip[i] = below(10) == 0;
    return c;
}

static void same_lines(struct writer *w, const struct codes *c) {
    CM_CLEANUP(buffer_free) struct buffer many = BUFFER_INIT, plain = BUFFER_INIT;
    assert_ok(row_put_codes(&w->w, &w->run, &c->rows, &many));
    for (size_t i = 0; i < c->rows.n; i++)
        if (c->skip[i] == 0)
            row_put(&w->w, c->texts + i * w->w.code_len, c->rows.first + i, &plain);
    assert_ok(buffer_err(&plain));
    assert_int_equal(many.len, plain.len);
    if (many.len > 0) assert_memory_equal(many.p, plain.p, many.len);
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static void many_codes_become_many_lines(void **state) {
    (void)state;
    static const uint8_t skip[4] = {0, 0, 1, 0};
    const struct row_codes codes = {"HWK29PAAAAAABBBBBBCCCCCC", skip, 8, 4};
    WRITER_SCOPED struct writer w = make("csv", "serial,code,batch", 6);
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    w.w.grouped = false;
    assert_ok(row_put_codes(&w.w, &w.run, &codes, &out));
    assert_string_equal(buffer_cstr(&out), "8,HWK29P,monday\n9,AAAAAA,monday\n11,CCCCCC,monday\n");
}

static void lines_are_the_same_as_one_by_one(void **state) {
    (void)state;
    static const char *const alphabets[] = {"234679BCDFGHJKMPQRTVWXY", "0123456789", "abcxyzE9",
                                            "0123456789E"};
    for (size_t i = 0; i < TEMPLATES; i++) {
        const uint8_t code_len = (uint8_t)(1 + below(i % 8 == 0 ? CM_LENGTH_MAX : 20));
        WRITER_SCOPED struct writer w = make_random(code_len);
        CODES_SCOPED struct codes c =
            random_codes(code_len, pick(alphabets, CM_ARRAY_N(alphabets)));
        same_lines(&w, &c);
    }
}

/* Symbols that an alphabet of one's own may have, and bytes that none may. */
static void hostile_codes_are_quoted_as_one_by_one(void **state) {
    (void)state;
    static const char *const alphabets[] = {"A\"B",          "AB,C;D",   "=+-@A",
                                            "A\xC3\xBC\xFF", "AB\r\n\t", "@[`{/:AZ az09"};
    for (size_t i = 0; i < TEMPLATES; i++) {
        const uint8_t code_len = (uint8_t)(1 + below(20));
        WRITER_SCOPED struct writer w = make_random(code_len);
        CODES_SCOPED struct codes c =
            random_codes(code_len, pick(alphabets, CM_ARRAY_N(alphabets)));
        same_lines(&w, &c);
    }
}

/* Every byte, alone among harmless ones: none is mistaken for a letter or a digit. */
static void no_byte_slips_through_unquoted(void **state) {
    (void)state;
    for (unsigned byte = 1; byte <= UINT8_MAX; byte++) {
        WRITER_SCOPED struct writer w = make_random(11);
        CODES_SCOPED struct codes c = random_codes(11, "QRX");
        c.texts[below(11 * c.rows.n)] = (char)byte;
        same_lines(&w, &c);
    }
}

static void the_same_run_serves_the_next_chunk(void **state) {
    (void)state;
    WRITER_SCOPED struct writer w = make("csv", "code,serial,product", 13);
    CODES_SCOPED struct codes c = random_codes(13, "234679BCDFGHJKMPQRTVWXY");
    static const uint64_t firsts[] = {0,
                                      5,
                                      99,
                                      7,
                                      9999999,
                                      99999999,
                                      100000000,
                                      199999999,
                                      (uint64_t)1 << 62,
                                      3,
                                      9223372036854775000u};
    for (size_t i = 0; i < CM_ARRAY_N(firsts); i++) {
        c.rows.first = firsts[i];
        same_lines(&w, &c);
    }
}

static void lines_allocate_nothing_once_there_is_room(void **state) {
    (void)state;
    WRITER_SCOPED struct writer w = make("csv", "code,serial,batch", 13);
    CODES_SCOPED struct codes c = random_codes(13, "234679BCDFGHJKMPQRTVWXY");
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    c.rows.first = 1000000;
    assert_ok(row_put_codes(&w.w, &w.run, &c.rows, &out));
    const uint64_t before = allocations_made();
    for (unsigned i = 0; i < 100; i++) {
        buffer_clear(&out);
        c.rows.first += c.rows.n;
        assert_ok(row_put_codes(&w.w, &w.run, &c.rows, &out));
    }
    assert_int_equal(allocations_made(), before);
}

static void a_plan_whose_groups_do_not_fit_is_refused(void **state) {
    (void)state;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct row_writer w;
    assert_ok(json_doc_new(&doc,
                           slice_text("{\"printed_length\":6,\"groups\":[5,5],\"separator\":\"-\","
                                      "\"about\":{\"batch\":\"monday\"}}"),
                           "plan", &JSON_LIMITS_DEFAULT, NULL));
    assert_err(CM_E_RANGE, row_writer_init(&w, "csv", NULL, json_root(doc), true, NULL));
    row_writer_wipe(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_codes_become_many_lines),
        cmocka_unit_test(lines_are_the_same_as_one_by_one),
        cmocka_unit_test(hostile_codes_are_quoted_as_one_by_one),
        cmocka_unit_test(no_byte_slips_through_unquoted),
        cmocka_unit_test(the_same_run_serves_the_next_chunk),
        cmocka_unit_test(lines_allocate_nothing_once_there_is_room),
        cmocka_unit_test(a_plan_whose_groups_do_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
