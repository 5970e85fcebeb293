/* Layouts are read beside the tables of the APPNOTE. That other programs take out what was packed
 * is shown in tests/system/symbols/bulk. */
#include "pack/zip.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "pack/zip_layout.h"
#include "support/cm.h"

#define TIME_S 1795340000u /* 2026-11-22 09:33:20 UTC */

static cm_err collect(void *ctx, struct cm_slice bytes) {
    struct buffer *b = ctx;
    buffer_put(b, bytes.p, bytes.len);
    return buffer_err(b);
}
static struct zip_writer *open_zip(struct buffer *to) {
    struct zip_writer *z = NULL;
    assert_ok(zip_new(&(const struct zip_sink){collect, to}, TIME_S, &z));
    return z;
}

static uint32_t get_u32(const struct buffer *b, size_t at) {
    return zip_get_u16(b->p + at) | (uint32_t)zip_get_u16(b->p + at + 2) << 16;
}

static void two_files_become_one_zip(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(zip_freep) struct zip_writer *z = open_zip(&out);
    assert_ok(
        zip_add(z, "a.svg", slice_text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), true, NULL));
    assert_ok(zip_add(z, "b.png", slice_text("stored"), false, NULL));
    assert_ok(zip_finish(z));
    assert_int_equal(get_u32(&out, 0), 0x04034b50); /* local file header */
    assert_int_equal(zip_get_u16(out.p + 6), 0);    /* no data descriptor */
    assert_int_equal(zip_get_u16(out.p + 8), 8);    /* deflated */
    assert_int_equal(get_u32(&out, 22), 41);        /* bytes before */
    const size_t end = out.len - 22;
    assert_int_equal(get_u32(&out, end), 0x06054b50);
    assert_int_equal(zip_get_u16(out.p + end + 10), 2);
    assert_int_equal(get_u32(&out, get_u32(&out, end + 16)), 0x02014b50);
}

static void dates_are_those_of_ms_dos_in_utc(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(zip_freep) struct zip_writer *z = open_zip(&out);
    assert_ok(zip_add(z, "a", slice_text(""), false, NULL));
    /* APPNOTE 4.4.6: hour 15-11, minute 10-5, second/2 4-0; year-1980 15-9, month 8-5, day 4-0 */
    assert_int_equal(zip_get_u16(out.p + 10), 9u << 11 | 33u << 5 | 20u / 2);
    assert_int_equal(zip_get_u16(out.p + 12), (2026u - 1980u) << 9 | 11u << 5 | 22u);
}

static void the_checksum_is_the_crc_of_the_catalogue(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(zip_freep) struct zip_writer *z = open_zip(&out);
    assert_ok(zip_add(z, "a", slice_text("123456789"), false, NULL));
    assert_int_equal(get_u32(&out, 14), 0xCBF43926); /* check value of CRC-32/ISO-HDLC */
}

static void names_that_leave_the_folder_are_refused(void **state) {
    (void)state;
    static const char *const names[] = {"",     "/a",   "../a",   "a/../b", "a/..",
                                        "..",   "./a",  "a//b",   "a/",     "a\\b",
                                        "a\nb", "\xFF", "a\177b", "a/./b",  "\xC3\x28"};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(zip_freep) struct zip_writer *z = open_zip(&out);
    for (size_t i = 0; i < CM_ARRAY_N(names); i++) {
        struct cm_diag diag = DIAG_INIT;
        assert_err(CM_E_FORMAT, zip_add(z, names[i], slice_text("x"), false, &diag));
        assert_true(diag.problem[0] != '\0');
    }
    assert_int_equal(out.len, 0);
    assert_ok(zip_add(z, "..a/b..c/\xC3\xA9.svg", slice_text("x"), false, NULL));
    assert_int_equal(zip_get_u16(out.p + 6), 1u << 11); /* its name is UTF-8 */
}

static void long_names_are_refused(void **state) {
    (void)state;
    char name[ZIP_NAME_MAX + 2];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(zip_freep) struct zip_writer *z = open_zip(&out);
    assert_err(CM_E_LIMIT, zip_add(z, name, slice_text("x"), false, NULL));
    assert_ok(zip_add(z, name + 1, slice_text("x"), false, NULL));
}

static void a_name_is_there_once_among_many(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(zip_freep) struct zip_writer *z = open_zip(&out);
    char name[16];
    for (unsigned i = 0; i < 5000; i++) { /* the table of names grows some times */
        (void)snprintf(name, sizeof name, "%u.svg", i);
        assert_ok(zip_add(z, name, slice_text("x"), false, NULL));
    }
    for (unsigned i = 0; i < 5000; i++) {
        (void)snprintf(name, sizeof name, "%u.svg", i);
        assert_err(CM_E_EXISTS, zip_add(z, name, slice_text("x"), false, NULL));
    }
    assert_ok(zip_add(z, "5000.svg", slice_text("x"), false, NULL));
}

static void pieces_pack_as_the_whole_does(void **state) {
    (void)state;
    CM_CLEANUP(zip_packer_freep) struct zip_packer *p = NULL;
    struct zip_part whole = ZIP_PART_INIT, pieces = ZIP_PART_INIT;
    uint8_t text[8000];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)("0123456789,\n"[i * i % 12]);
    assert_ok(zip_packer_new(&p));
    assert_ok(zip_pack(p, slice_of(text, sizeof text), true, &whole));
    assert_ok(zip_pack_begin(p, &pieces));
    for (size_t i = 0; i < sizeof text; i += 777)
        assert_ok(zip_pack_more(
            p, slice_of(text + i, sizeof text - i < 777 ? sizeof text - i : 777), &pieces));
    assert_ok(zip_pack_end(p, &pieces));
    assert_true(whole.deflated && whole.bytes.len < sizeof text);
    assert_int_equal(pieces.crc, whole.crc);
    assert_int_equal(pieces.len, whole.len);
    assert_int_equal(pieces.bytes.len, whole.bytes.len);
    assert_memory_equal(pieces.bytes.p, whole.bytes.p, whole.bytes.len);
    buffer_wipe(&whole.bytes);
    buffer_wipe(&pieces.bytes);
}

static void what_does_not_shrink_is_stored(void **state) {
    (void)state;
    CM_CLEANUP(zip_packer_freep) struct zip_packer *p = NULL;
    struct zip_part part = ZIP_PART_INIT;
    assert_ok(zip_packer_new(&p));
    assert_ok(zip_pack(p, slice_text("abc"), true, &part));
    assert_false(part.deflated);
    assert_int_equal(part.bytes.len, 3);
    buffer_wipe(&part.bytes);
}

/* APPNOTE 4.5.3: the field of Zip64 holds only what is FFFFFFFF in its header, in this order. */
static void large_numbers_go_to_the_fields_of_zip64(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct zip_entry e = {.name = slice_text("n"), .len = 5, .packed_len = 3, .deflated = true};
    e.offset = UINT64_C(0x123456789);
    zip_put_central(&out, &e);
    assert_int_equal(out.len, 46 + 1 + 4 + 8);
    assert_int_equal(zip_get_u16(out.p + 6), 45);    /* version that it needs */
    assert_int_equal(get_u32(&out, 42), 0xFFFFFFFF); /* offset */
    assert_int_equal(get_u32(&out, 24), 5);          /* fits */
    assert_int_equal(zip_get_u16(out.p + 30), 12);   /* bytes of extra fields */
    assert_int_equal(get_u32(&out, 38), 0x81800000); /* a plain file, rw------- */
    assert_int_equal(zip_get_u16(out.p + 47), 1);    /* its number */
    assert_int_equal(zip_get_u16(out.p + 49), 8);    /* bytes of this one */
    assert_int_equal(get_u32(&out, 51), 0x23456789);
    assert_int_equal(get_u32(&out, 55), 1);
    buffer_clear(&out);
    e.len = UINT64_C(0x100000000);
    zip_put_local(&out, &e);
    assert_int_equal(out.len, 30 + 1 + 4 + 16); /* both lengths, always, in a local header */
    assert_int_equal(get_u32(&out, 18), 0xFFFFFFFF);
    assert_int_equal(get_u32(&out, 22), 0xFFFFFFFF);
    assert_int_equal(get_u32(&out, 35), 0);
    assert_int_equal(get_u32(&out, 39), 1);
    buffer_clear(&out);
    zip_put_central(&out, &e);
    assert_int_equal(out.len, 46 + 1 + 4 + 24);
    assert_int_equal(zip_get_u16(out.p + 30), 28);
    assert_int_equal(zip_get_u16(out.p + 49), 24);
    assert_int_equal(get_u32(&out, 67), 0x23456789); /* the offset behind both lengths */
    buffer_clear(&out);
    e.len = UINT32_MAX; /* which means "look there" and so does not fit */
    zip_put_local(&out, &e);
    assert_int_equal(out.len, 30 + 1 + 4 + 16);
    buffer_clear(&out);
    e.len = UINT32_MAX - 1u;
    zip_put_local(&out, &e);
    assert_int_equal(out.len, 30 + 1);
    buffer_clear(&out);
    zip_put_end(&out, &(const struct zip_end){.n = 65535, .offset = 10, .len = 20});
    assert_int_equal(get_u32(&out, 0), 0x06064b50);
    assert_int_equal(get_u32(&out, 56), 0x07064b50);
    assert_int_equal(get_u32(&out, 64), 30); /* where the Zip64 end record stands */
    assert_int_equal(zip_get_u16(out.p + 76 + 10), 65535);
    assert_int_equal(out.len, 56 + 20 + 22);
}

static cm_err full(void *ctx, struct cm_slice bytes) {
    (void)ctx;
    (void)bytes;
    return CM_E_NO_SPACE;
}
static void what_the_sink_says_goes_up(void **state) {
    (void)state;
    CM_CLEANUP(zip_freep) struct zip_writer *z = NULL;
    assert_ok(zip_new(&(const struct zip_sink){full, NULL}, TIME_S, &z));
    assert_err(CM_E_NO_SPACE, zip_add(z, "a", slice_text("x"), false, NULL));
    assert_err(CM_E_NO_SPACE, zip_finish(z));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_files_become_one_zip),
        cmocka_unit_test(dates_are_those_of_ms_dos_in_utc),
        cmocka_unit_test(the_checksum_is_the_crc_of_the_catalogue),
        cmocka_unit_test(names_that_leave_the_folder_are_refused),
        cmocka_unit_test(long_names_are_refused),
        cmocka_unit_test(a_name_is_there_once_among_many),
        cmocka_unit_test(pieces_pack_as_the_whole_does),
        cmocka_unit_test(what_does_not_shrink_is_stored),
        cmocka_unit_test(large_numbers_go_to_the_fields_of_zip64),
        cmocka_unit_test(what_the_sink_says_goes_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
