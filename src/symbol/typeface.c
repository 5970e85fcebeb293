/* The fence around fontconfig, and around FreeType's faces. A failure of theirs that is no lack of
 * memory means "cannot be read". References as in typeface.h. */
#include "symbol/typeface.h"

#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include <stdlib.h>
#include <strings.h>
#include FT_FREETYPE_H
#include FT_ADVANCES_H
#include FT_OUTLINE_H

#include "base/macros.h"
#include "base/nearest.h"
#include "base/text.h"

#define USUAL_CAPITAL 0.7  /* of the em, where a font has neither H nor 0 */
#define FAMILIES_MAX  512u /* that a misspelt name is compared with */
#define DEFAULT_FONT  "sans-serif"
#define PATTERN_CAP   512u

struct typeface {
    FT_Library library;
    FT_Face face;
    double capital; /* share of the em */
    double unit;    /* of the font, in heights of capitals */
};

static void pattern_freep(FcPattern **p) {
    if (*p != NULL) FcPatternDestroy(*p);
}
static void set_freep(FcFontSet **s) {
    if (*s != NULL) FcFontSetDestroy(*s);
}
static void objects_freep(FcObjectSet **o) {
    if (*o != NULL) FcObjectSetDestroy(*o);
}

static const char *family_at(const FcPattern *p, int i) {
    FcChar8 *name = NULL;
    return FcPatternGetString(p, FC_FAMILY, i, &name) == FcResultMatch ? (const char *)name : NULL;
}

static bool is_generic(const char *family) {
    static const char *const GENERIC[] = {"sans-serif", "sans", "serif", "monospace", "mono"};
    for (size_t i = 0; i < CM_ARRAY_N(GENERIC); i++)
        if (strcasecmp(family, GENERIC[i]) == 0) return true;
    return false;
}

/* Is what was found one of the families that were asked for? None asked for: any will do. */
static bool is_meant(const FcPattern *asked, const FcPattern *found) {
    const char *wish, *has;
    if (family_at(asked, 0) == NULL) return true;
    for (int i = 0; (wish = family_at(asked, i)) != NULL; i++) {
        if (is_generic(wish)) return true;
        for (int k = 0; (has = family_at(found, k)) != NULL; k++)
            if (strcasecmp(wish, has) == 0) return true;
    }
    return false;
}

/* "no font 'X' here; 'Y' is": the nearest in spelling, or what fontconfig would put in its place.
 */
static cm_err not_here(const FcPattern *asked, const FcPattern *found, struct cm_diag *diag) {
    CM_CLEANUP(pattern_freep) FcPattern *all = FcPatternCreate();
    CM_CLEANUP(objects_freep)
    FcObjectSet *objects = FcObjectSetBuild(FC_FAMILY, (char *)NULL);
    if (all == NULL || objects == NULL) return CM_E_NO_MEMORY;
    CM_CLEANUP(set_freep) FcFontSet *set = FcFontList(NULL, all, objects);
    const char *names[FAMILIES_MAX];
    size_t n = 0;
    for (int i = 0; set != NULL && i < set->nfont && n < FAMILIES_MAX; i++) {
        const char *const name = family_at(set->fonts[i], 0);
        if (name != NULL) names[n++] = name;
    }
    const char *const wish = family_at(asked, 0);
    const char *near = nearest_word(wish, names, n);
    if (near == NULL) near = found == NULL ? NULL : family_at(found, 0);
    char remedy[DIAG_PART_CAP] = "install fonts, or use '5x7', which comes with countermark";
    if (near != NULL)
        (void)snprintf(remedy, sizeof remedy,
                       "install it, or use '%.100s', the nearest that is here", near);
    return diag_fail(diag, CM_E_NOT_FOUND, "font", NULL, remedy, "'%.100s' is not on this machine",
                     wish == NULL ? "" : wish);
}

static cm_err open_face(struct typeface *t, const char *path, int index, struct cm_diag *diag) {
    const FT_Error err = FT_New_Face(t->library, path, index, &t->face);
    if (err == FT_Err_Out_Of_Memory) return CM_E_NO_MEMORY;
    if (err != 0)
        return diag_fail(diag, CM_E_NOT_FOUND, "font", path, "give a TrueType or OpenType file",
                         "it is no font file that can be read");
    if (!FT_IS_SCALABLE(t->face) || t->face->units_per_EM == 0)
        return diag_fail(diag, CM_E_NOT_FOUND, "font", path, "choose one with outlines",
                         "the font has bitmaps only");
    return CM_OK;
}

/* In fontconfig a hyphen begins a size: that of "OCR-B" or "sans-serif" is meant as a letter. */
static void escape(const char *font, char out[static PATTERN_CAP]) {
    size_t n = 0;
    bool family = true;
    for (size_t i = 0; font[i] != '\0' && n + 2 < PATTERN_CAP; i++) {
        if (font[i] == ':') family = false;
        const bool size = font[i + 1] >= '0' && font[i + 1] <= '9';
        const bool escaped = i > 0 && font[i - 1] == '\\';
        if (font[i] == '-' && family && !size && !escaped) out[n++] = '\\';
        out[n++] = font[i];
    }
    out[n] = '\0';
}

static cm_err find(struct typeface *t, const char *font, struct cm_diag *diag) {
    char pattern[PATTERN_CAP];
    escape(font, pattern);
    CM_CLEANUP(pattern_freep) FcPattern *asked = FcNameParse((const FcChar8 *)pattern);
    if (asked == NULL)
        return diag_fail(diag, CM_E_FORMAT, "font", NULL,
                         "write a family, as in 'DejaVu Sans:bold'",
                         "'%.100s' is no pattern of fontconfig", font);
    CM_CLEANUP(pattern_freep) FcPattern *wish = FcPatternDuplicate(asked);
    if (wish == NULL || !FcPatternAddBool(wish, FC_OUTLINE, FcTrue)) return CM_E_NO_MEMORY;
    if (!FcConfigSubstitute(NULL, wish, FcMatchPattern)) return CM_E_NO_MEMORY;
    FcDefaultSubstitute(wish);
    FcResult result = FcResultNoMatch;
    CM_CLEANUP(pattern_freep) FcPattern *found = FcFontMatch(NULL, wish, &result);
    FcChar8 *path = NULL;
    int index = 0;
    if (found == NULL || !is_meant(asked, found) ||
        FcPatternGetString(found, FC_FILE, 0, &path) != FcResultMatch)
        return not_here(asked, found, diag);
    if (FcPatternGetInteger(found, FC_INDEX, 0, &index) != FcResultMatch) index = 0;
    return open_face(t, (const char *)path, index, diag);
}

/* How high capitals are, by measuring one that is flat above and below. */
static double measure_capital(FT_Face face) {
    static const FT_ULong FLAT[] = {'H', 'E', 'I', '1', '0'};
    for (size_t i = 0; i < CM_ARRAY_N(FLAT); i++) {
        FT_BBox box;
        const FT_UInt index = FT_Get_Char_Index(face, FLAT[i]);
        if (index == 0 || FT_Load_Glyph(face, index, FT_LOAD_NO_SCALE) != 0) continue;
        FT_Outline_Get_CBox(&face->glyph->outline, &box);
        if (box.yMax > 0) return (double)box.yMax / face->units_per_EM;
    }
    return USUAL_CAPITAL;
}

cm_err typeface_open(const char *font, struct typeface **out, struct cm_diag *diag) {
    CM_CLEANUP(typeface_freep) struct typeface *t = calloc(1, sizeof *t);
    if (t == NULL || FT_Init_FreeType(&t->library) != 0) return CM_E_NO_MEMORY;
    if (font == NULL) font = DEFAULT_FONT;
    if (strchr(font, '/') != NULL)
        TRY(open_face(t, font, 0, diag));
    else
        TRY(find(t, font, diag));
    t->capital = measure_capital(t->face);
    t->unit = 1.0 / (t->capital * t->face->units_per_EM);
    *out = take(&t);
    return CM_OK;
}

void typeface_free(struct typeface *t) {
    if (t == NULL) return;
    if (t->face != NULL) (void)FT_Done_Face(t->face);
    if (t->library != NULL) (void)FT_Done_FreeType(t->library);
    free(t);
}

void typeface_freep(struct typeface **t) { typeface_free(*t); }

struct FT_FaceRec_ *typeface_face(const struct typeface *t) {
    return t->face;
}

double typeface_capital(const struct typeface *t) { return t->capital; }

cm_err typeface_next(const struct typeface *t, struct cm_slice *rest, struct typeface_glyph *glyph,
                     struct cm_diag *diag) {
    uint32_t c = 0;
    FT_Fixed advance = 0;
    if (utf8_next(rest, &c) != CM_OK)
        return diag_fail(diag, CM_E_FORMAT, "text", NULL, "write it in UTF-8", "it is no UTF-8");
    const FT_UInt index = FT_Get_Char_Index(t->face, c);
    if (index == 0 || FT_Get_Advance(t->face, index, FT_LOAD_NO_SCALE, &advance) != 0)
        return diag_fail(diag, CM_E_NOT_FOUND, "font", t->face->family_name,
                         "choose a font that has it, or another text", "it has no glyph for U+%04X",
                         (unsigned)c);
    glyph->x += glyph->advance;
    glyph->advance = (double)advance * t->unit;
    glyph->index = index;
    return CM_OK;
}
