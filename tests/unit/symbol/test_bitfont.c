/* Dot-matrix fonts. The shipped ones are judged by FreeType's own BDF reader, which must see the
 * same dots; the 5x7 by the planner's table; the drawings in fonts/README.md by tests/system. */
#include "support/cm.h"

#include <ft2build.h>
#include <stdlib.h>
#include FT_FREETYPE_H

#include "base/file.h"
#include "codes/glyph.h"
#include "symbol/bitfont.h"

static void a_font_is_taken_by_its_name_and_asked_for_dots(void **state) {
    (void)state;
    struct bitfont f;
    assert_ok(bitfont_by_name(&f, "5x7", NULL));
    assert_int_equal(f.width, 5);
    assert_int_equal(f.height, 7);
    assert_int_equal(f.foot, 7);
    assert_int_equal(f.advance, 6);
    assert_true(bitfont_has(&f, '7'));
    assert_true(bitfont_dot(&f, '7', 0, 0) && bitfont_dot(&f, '7', 4, 0)); /* its flat top */
    assert_false(bitfont_dot(&f, '7', 4, 6));
}

/* Every glyph in FreeType's reading of the same file. */
static void compare_with_freetype(FT_Library library, const char *name) {
    struct bitfont f;
    char path[512];
    FT_Face face = NULL;
    size_t n = 0;
    assert_ok(bitfont_by_name(&f, name, NULL));
    assert_string_equal(f.name, name);
    (void)snprintf(path, sizeof path, "%s/fonts/%s.bdf", CM_SOURCE_DIR, name);
    assert_int_equal(FT_New_Face(library, path, 0, &face), 0);
    assert_int_equal(FT_Select_Size(face, 0), 0);
    for (unsigned c = BITFONT_FIRST; c < BITFONT_FIRST + BITFONT_N; c++) {
        const bool there = FT_Get_Char_Index(face, c) != 0;
        assert_int_equal(there, bitfont_has(&f, (char)c));
        if (!there) continue;
        n++;
        assert_int_equal(FT_Load_Char(face, c, FT_LOAD_MONOCHROME), 0);
        FT_GlyphSlot slot = face->glyph;
        assert_int_equal(slot->advance.x / 64, f.advance);
        for (int y = 0; y < f.height; y++) {
            for (int x = 0; x < f.width; x++) {
                const int column = x - slot->bitmap_left, row = y - (f.foot - slot->bitmap_top);
                const bool inside = column >= 0 && row >= 0 && column < (int)slot->bitmap.width &&
                                    row < (int)slot->bitmap.rows;
                const bool ink =
                    inside && (slot->bitmap.buffer[row * slot->bitmap.pitch + column / 8] >>
                                   (7 - column % 8) &
                               1) != 0;
                assert_int_equal(ink, bitfont_dot(&f, (char)c, (unsigned)x, (unsigned)y));
            }
        }
    }
    assert_int_equal(n, 50);
    FT_Done_Face(face);
}

static void freetype_sees_the_same_dots(void **state) {
    (void)state;
    FT_Library library = NULL;
    assert_int_equal(FT_Init_FreeType(&library), 0);
    for (size_t i = 0; bitfont_name_at(i) != NULL; i++)
        compare_with_freetype(library, bitfont_name_at(i));
    FT_Done_FreeType(library);
}

static void the_planners_glyphs_are_those_of_5x7(void **state) {
    (void)state;
    struct bitfont f;
    assert_ok(bitfont_by_name(&f, "5x7", NULL));
    for (const char *c = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"; *c != '\0'; c++)
        for (unsigned y = 0; y < GLYPH_ROWS; y++)
            for (unsigned x = 0; x < GLYPH_COLS; x++)
                assert_int_equal(bitfont_dot(&f, *c, x, y),
                                 (unsigned)glyph_rows(*c)[y] >> (GLYPH_COLS - 1u - x) & 1u);
}

static void every_font_has_every_offered_alphabet_and_separator(void **state) {
    (void)state;
    size_t n = 0;
    const struct cm_alphabet_preset *const presets = cm_alphabet_presets(&n);
    for (size_t i = 0; bitfont_name_at(i) != NULL; i++) {
        struct bitfont f;
        assert_ok(bitfont_by_name(&f, bitfont_name_at(i), NULL));
        for (size_t k = 0; k < n; k++)
            assert_ok(bitfont_covers(&f, slice_text(presets[k].symbols), NULL));
        assert_ok(bitfont_covers(&f, slice_text("- ./:"), NULL));
    }
}

static void a_missing_font_and_a_missing_glyph_are_named(void **state) {
    (void)state;
    struct bitfont f;
    struct cm_diag diag = DIAG_INIT;
    memset(&f, 0xA5, sizeof f);
    assert_err(bitfont_by_name(&f, "6x8", &diag), CM_E_NOT_FOUND);
    assert_int_equal(f.width, 0xA5);
    assert_non_null(strstr(diag.problem, "6x8"));
    assert_non_null(strstr(diag.remedy, "7x9"));
    diag = (struct cm_diag)DIAG_INIT;
    assert_ok(bitfont_by_name(&f, "7x9", NULL));
    assert_err(bitfont_covers(&f, slice_text("AB?"), &diag), CM_E_NOT_FOUND);
    assert_non_null(strstr(diag.problem, "'?'"));
    assert_non_null(strstr(diag.problem, "place 3"));
}

#define HEAD  "STARTFONT 2.1\nFONTBOUNDINGBOX 3 4 0 -1\n"
#define GLYPH "STARTCHAR I\nENCODING 73\nDWIDTH 4 0\n"
#define REST  "ENDCHAR\nENDFONT\n"

static void glyphs_are_placed_in_the_fonts_box(void **state) {
    (void)state;
    static const char bdf[] =
        HEAD "CHARS 2\n" GLYPH "BBX 1 2 1 0\nBITMAP\n80\n80\nENDCHAR\n"
             "STARTCHAR j\nENCODING 106\nDWIDTH 4 0\nBBX 2 4 0 -1\nBITMAP\n40\n40\n40\nC0\n" REST;
    struct bitfont f;
    assert_ok(bitfont_parse(&f, slice_text(bdf), "x.bdf", NULL));
    assert_int_equal(f.foot, 3);
    static const char *const want[4] = {"...", ".#.", ".#.", "..."};
    for (unsigned y = 0; y < 4; y++)
        for (unsigned x = 0; x < 3; x++)
            assert_int_equal(bitfont_dot(&f, 'I', x, y), want[y][x] == '#');
    assert_true(bitfont_dot(&f, 'j', 0, 3));
    assert_string_equal(f.name, "unnamed");
}

static void what_is_no_font_is_refused_with_its_line(void **state) {
    (void)state;
    static const struct {
        const char *bdf, *place;
        cm_err err;
    } cases[] = {
        {"", "line 0", CM_E_FORMAT},
        {"hello\n", "line 1", CM_E_FORMAT},
        {"STARTFONT 1.0\n", "line 1", CM_E_FORMAT},
        {"STARTFONT 2.1\nCHARS 1\n", "line 2", CM_E_FORMAT},
        {"STARTFONT 2.1\nFONTBOUNDINGBOX 33 4 0 0\n", "line 2", CM_E_LIMIT},
        {"STARTFONT 2.1\nFONTBOUNDINGBOX 3 0 0 0\n", "line 2", CM_E_FORMAT},
        {"STARTFONT 2.1\nFONTBOUNDINGBOX 3 99999999999 0 0\n", "line 2", CM_E_FORMAT},
        {"STARTFONT 2.1\nFONTBOUNDINGBOX 3 4 900 0\n", "line 2", CM_E_FORMAT},
        {HEAD "FONTBOUNDINGBOX 3 4 0 0\n", "line 3", CM_E_FORMAT},
        {HEAD "CHARS 0\n", "line 3", CM_E_FORMAT},
        {HEAD "CHARS 1\nENDFONT\n", "line 4", CM_E_FORMAT},
        {HEAD "CHARS 1\n" GLYPH "BBX 4 1 0 0\nBITMAP\n80\n" REST, "line 8", CM_E_FORMAT},
        {HEAD "CHARS 1\n" GLYPH "BBX 1 1 3 0\nBITMAP\n80\n" REST, "line 8", CM_E_FORMAT},
        {HEAD "CHARS 1\n" GLYPH "BBX 1 1 -1 0\nBITMAP\n80\n" REST, "line 8", CM_E_FORMAT},
        {HEAD "CHARS 1\n" GLYPH "BBX 1 1 0 3\nBITMAP\n80\n" REST, "line 8", CM_E_FORMAT},
        {HEAD "CHARS 1\n" GLYPH "BBX -1 1 0 0\nBITMAP\n80\n" REST, "line 8", CM_E_FORMAT},
        {HEAD "CHARS 1\n" GLYPH "BBX 1 1 0 0\nBITMAP\n8\n" REST, "line 9", CM_E_FORMAT},
        {HEAD "CHARS 1\n" GLYPH "BBX 1 1 0 0\nBITMAP\nC0\n" REST, "line 9", CM_E_FORMAT},
        {HEAD "CHARS 1\n" GLYPH "BBX 1 1 0 0\nBITMAP\n80\n80\n" REST, "line 10", CM_E_FORMAT},
        {HEAD "CHARS 1\n" GLYPH "BBX 1 2 0 0\nBITMAP\n80\n" REST, "line 10", CM_E_FORMAT},
        {HEAD "CHARS 1\n" GLYPH "BITMAP\n80\n" REST, "line 7", CM_E_FORMAT},
        {HEAD "CHARS 1\n" GLYPH "BBX 1 1 0 0\n" REST, "line 8", CM_E_FORMAT},
        {HEAD "CHARS 1\nSTARTCHAR a\nENCODING 300\nDWIDTH 4 0\nBBX 1 1 0 0\nBITMAP\n80\n" REST,
         "line 11", CM_E_FORMAT},
        {HEAD "CHARS 2\n" GLYPH "BBX 1 1 0 0\nBITMAP\n80\nENDCHAR\n" GLYPH
              "BBX 1 1 0 0\nBITMAP\n80\n" REST,
         "line 17", CM_E_FORMAT},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct bitfont f;
        struct cm_diag diag = DIAG_INIT;
        memset(&f, 0xA5, sizeof f);
        assert_err(bitfont_parse(&f, slice_text(cases[i].bdf), "x.bdf", &diag), cases[i].err);
        assert_int_equal(f.height, 0xA5);
        assert_string_equal(diag.place, cases[i].place);
        assert_string_equal(diag.input, "x.bdf");
    }
}

static void a_font_cut_anywhere_is_refused(void **state) {
    (void)state;
    struct buffer bdf = BUFFER_INIT;
    assert_ok(file_read(CM_SOURCE_DIR "/fonts/7x9.bdf", BITFONT_FILE_MAX, &bdf, NULL));
    struct bitfont f;
    const struct cm_slice whole = buffer_slice(&bdf);
    for (size_t len = 0; len < whole.len - sizeof "ENDFONT"; len += 7)
        assert_err(bitfont_parse(&f, slice_of(whole.p, len), "cut", NULL), CM_E_FORMAT);
    assert_ok(bitfont_parse(&f, whole, "whole", NULL));
    buffer_free(&bdf);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_font_is_taken_by_its_name_and_asked_for_dots),
        cmocka_unit_test(freetype_sees_the_same_dots),
        cmocka_unit_test(the_planners_glyphs_are_those_of_5x7),
        cmocka_unit_test(every_font_has_every_offered_alphabet_and_separator),
        cmocka_unit_test(a_missing_font_and_a_missing_glyph_are_named),
        cmocka_unit_test(glyphs_are_placed_in_the_fonts_box),
        cmocka_unit_test(what_is_no_font_is_refused_with_its_line),
        cmocka_unit_test(a_font_cut_anywhere_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
