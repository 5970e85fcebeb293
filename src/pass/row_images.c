/* Kinds and patterns once; a row's paths become packed pictures, the last used of which are kept.
 */
#include "pass/row_images.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "crypto/sha1.h"
#include "pass/pass_beneath.h"
#include "symbol/payload.h"

#define KEPT_MAX  16u /* pictures, each in up to three sizes; more than the kinds of one row */
#define EXTENSION ".png"
#define PLACE_CAP 48u
_Static_assert(KEPT_MAX > ROW_IMAGES_MAX, "a row's own pictures push none of its own out");

static const char *const endings[PASS_SCALE_MAX] = {".png", "@2x.png", "@3x.png"};

/* One path, with its larger companions; a size that is not there has no length. */
struct picture {
    char path[PASS_PATH_MAX + 1]; /* empty: nothing here */
    uint64_t used;                /* the last row that showed it */
    struct pass_image image[PASS_SCALE_MAX];
    struct zip_part part[PASS_SCALE_MAX];
    char sha1[PASS_SCALE_MAX][SHA1_HEX_CAP];
};

struct choice {
    const char *kind; /* of the table of pictures */
    struct payload *pattern;
    char names[PASS_SCALE_MAX][PASS_NAME_MAX + 1];
    const struct picture *shown; /* by the present row; NULL: the folder's own */
};

struct row_images {
    int folder;
    enum pass_style style;
    struct choice choices[ROW_IMAGES_MAX];
    size_t n;
    struct picture kept[KEPT_MAX];
    struct zip_packer *packer;
    uint64_t row, doubtful;
};

static void row_images_freep(struct row_images **r) { row_images_free(take(r)); }

void row_images_free(struct row_images *r) {
    if (r == NULL) return;
    for (size_t i = 0; i < r->n; i++)
        payload_free(r->choices[i].pattern);
    for (size_t i = 0; i < KEPT_MAX; i++)
        for (unsigned s = 0; s < PASS_SCALE_MAX; s++)
            buffer_free(&r->kept[i].part[s].bytes);
    zip_packer_free(r->packer);
    if (r->folder >= 0) (void)close(r->folder);
    free(r);
}

bool row_images_replace(const struct row_images *r, const char *kind) {
    for (size_t i = 0; i < r->n; i++)
        if (r->choices[i].shown != NULL && strcmp(r->choices[i].kind, kind) == 0) return true;
    return false;
}

uint64_t row_images_doubtful(const struct row_images *r) { return r->doubtful; }

/* ---- Once a run ------------------------------------------------------------------------------ */

static cm_err blame(const char *kind, cm_err err, struct cm_diag *diag) {
    char place[PLACE_CAP];
    if (err == CM_OK) return CM_OK;
    (void)snprintf(place, sizeof place, "--image %.30s", kind);
    diag_locate(diag, NULL, place);
    return err;
}

/* A translated picture is shown in place of the plain one, whatever the row says. */
static cm_err is_hidden(const struct pass_folder *folder, const char *kind, struct cm_diag *diag) {
    for (size_t i = 0; i < folder->n; i++) {
        const struct pass_file *f = &folder->files[i];
        if (f->image.kind == NULL || strcmp(f->image.kind, kind) != 0) continue;
        if (strchr(f->name, '/') != NULL)
            return diag_fail(diag, CM_E_CONFLICT, NULL, NULL, "take it out of the folder",
                             "%.80s would hide the picture of every row", f->name);
    }
    return CM_OK;
}

static cm_err find_kind(const struct row_images *r, const char *word, const char **kind,
                        struct cm_diag *diag) {
    char name[PASS_NAME_MAX + 1];
    struct pass_image image;
    const int n = snprintf(name, sizeof name, "%s" EXTENSION, word);
    if (n < 0 || (size_t)n >= sizeof name || strchr(word, '@') != NULL)
        return diag_fail(diag, CM_E_NOT_FOUND, NULL, NULL,
                         "as strip={photo}; name@2x.png beside "
                         "name.png is found by itself",
                         "no picture of a pass");
    TRY(pass_image_named(name, &image, diag));
    for (size_t i = 0; i < r->n; i++)
        if (r->choices[i].kind != NULL && strcmp(r->choices[i].kind, image.kind) == 0)
            return diag_fail(diag, CM_E_EXISTS, NULL, NULL, "leave one of them out",
                             "it is given twice");
    if (!pass_image_shown(image.kind, r->style))
        return diag_fail(diag, CM_E_CONFLICT, NULL, NULL, "every style has icon and logo",
                         "Wallet shows no such picture in the style %s",
                         r->style < PASS_STYLE_N ? pass_style_names[r->style] : "of this pass");
    *kind = image.kind;
    return CM_OK;
}

static cm_err add_choice(struct row_images *r, const struct pass_folder *folder,
                         const struct row_images_options *o, const struct row_image_choice *given,
                         struct cm_diag *diag) {
    struct choice *c = &r->choices[r->n];
    const char *kind = NULL;
    TRY(find_kind(r, given->kind, &kind, diag));
    TRY(is_hidden(folder, kind, diag));
    TRY(payload_new(PAYLOAD_PLAIN, given->pattern, NULL, o->columns, o->column_n, &c->pattern,
                    diag));
    c->kind = kind;
    r->n++;
    for (unsigned s = 0; s < PASS_SCALE_MAX; s++)
        (void)snprintf(c->names[s], sizeof c->names[s], "%s%s", kind, endings[s]);
    return CM_OK;
}

cm_err row_images_new(const struct pass_folder *folder, const struct row_images_options *options,
                      struct row_images **out, struct cm_diag *diag) {
    CM_CLEANUP(row_images_freep) struct row_images *r = calloc(1, sizeof *r);
    if (r == NULL) return CM_E_NO_MEMORY;
    r->style = options->style;
    r->folder = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (r->folder < 0)
        return diag_fail(diag, file_err_from_errno(errno), folder->path, NULL, NULL,
                         "cannot read the folder: %s", file_errno_text(errno));
    if (options->n > ROW_IMAGES_MAX)
        return diag_fail(diag, CM_E_LIMIT, NULL, "--image", "leave some out",
                         "more than %u pictures of rows", ROW_IMAGES_MAX);
    TRY(zip_packer_new(&r->packer));
    for (size_t i = 0; i < options->n; i++) {
        const struct row_image_choice *given = &options->choices[i];
        TRY(blame(given->kind, add_choice(r, folder, options, given, diag), diag));
    }
    *out = take(&r);
    return CM_OK;
}

/* ---- Once a row ------------------------------------------------------------------------------ */

/* Where a new one goes: a free place, or that of the one that was not shown for longest. */
static struct picture *oldest(struct row_images *r) {
    struct picture *found = &r->kept[0];
    for (size_t i = 1; i < KEPT_MAX; i++)
        if (r->kept[i].used < found->used) found = &r->kept[i];
    found->path[0] = '\0';
    found->used = 0;
    for (unsigned s = 0; s < PASS_SCALE_MAX; s++)
        buffer_free(&found->part[s].bytes);
    return found;
}

static cm_err read_one(struct row_images *r, struct cm_slice path, struct picture *p, unsigned s,
                       struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer png = BUFFER_INIT;
    p->image[s] = (struct pass_image){.scale = s + 1};
    TRY(pass_beneath_read(r->folder, path, &png, diag));
    TRY(pass_image_read(buffer_slice(&png), &p->image[s], diag));
    TRY(sha1_hex(buffer_slice(&png), p->sha1[s]));
    return zip_pack(r->packer, buffer_slice(&png), false, &p->part[s]);
}

static cm_err read_companion(struct row_images *r, struct cm_slice path, struct picture *p,
                             unsigned s, struct cm_diag *diag) {
    struct cm_diag unsaid = DIAG_INIT; /* most have none: that is no mistake */
    char name[PASS_PATH_MAX + 1];
    const size_t stem = path.len - strlen(EXTENSION);
    if (!text_whole(name, sizeof name, "%.*s%s", (int)stem, (const char *)path.p, endings[s]))
        return CM_OK;
    const cm_err err = read_one(r, slice_text(name), p, s, &unsaid);
    if (err == CM_OK || err == CM_E_NOT_FOUND) return CM_OK;
    return diag_fail(diag, err, NULL, NULL, unsaid.remedy, "its companion @%ux: %.200s", s + 1,
                     unsaid.problem);
}

static bool is_png(struct cm_slice path) {
    const size_t len = strlen(EXTENSION);
    return path.len > len &&
           slice_equal(slice_of(path.p + path.len - len, len), slice_text(EXTENSION));
}

static cm_err find_picture(struct row_images *r, struct cm_slice path, const struct picture **out,
                           struct cm_diag *diag) {
    for (size_t i = 0; i < KEPT_MAX; i++) {
        struct picture *p = &r->kept[i];
        if (p->path[0] == '\0' || !slice_equal(slice_text(p->path), path)) continue;
        p->used = r->row;
        *out = p;
        return CM_OK;
    }
    if (!is_png(path))
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, "save the picture as PNG: name.png",
                         "the name of a picture of a pass ends with .png");
    struct picture *p = oldest(r);
    TRY(read_one(r, path, p, 0, diag));
    for (unsigned s = 1; s < PASS_SCALE_MAX; s++)
        TRY(read_companion(r, path, p, s, diag));
    memcpy(p->path, path.p, path.len);
    p->path[path.len] = '\0';
    p->used = r->row;
    *out = p;
    return CM_OK;
}

static bool put_parts(struct row_images *r, const struct choice *c, struct row_part *out,
                      size_t *n) {
    bool doubt = false;
    for (unsigned s = 0; s < PASS_SCALE_MAX; s++) {
        if (c->shown->part[s].len == 0 || c->shown->image[s].width == 0) continue;
        struct pass_image image = c->shown->image[s];
        image.kind = c->kind;
        doubt = doubt || pass_image_doubt(&image, r->style) != NULL;
        out[(*n)++] = (struct row_part){
            .name = c->names[s], .sha1 = c->shown->sha1[s], .part = &c->shown->part[s]};
    }
    return doubt;
}

static cm_err take_one(struct row_images *r, struct choice *c, const struct cm_slice *cells,
                       struct cm_diag *diag) {
    CM_CLEANUP(buffer_wipe) struct buffer path = BUFFER_INIT;
    c->shown = NULL;
    TRY(payload_fill(c->pattern, cells, &path, diag));
    TRY(buffer_err(&path));
    return path.len > 0 ? find_picture(r, buffer_slice(&path), &c->shown, diag) : CM_OK;
}

cm_err row_images_take(struct row_images *r, const struct cm_slice *cells,
                       struct row_part out[static ROW_PARTS_MAX], size_t *n, struct cm_diag *diag) {
    bool doubt = false;
    *n = 0;
    r->row++;
    for (size_t i = 0; i < r->n; i++) {
        struct choice *c = &r->choices[i];
        TRY(blame(c->kind, take_one(r, c, cells, diag), diag));
        if (c->shown != NULL) doubt = put_parts(r, c, out, n) || doubt;
    }
    r->doubtful += doubt ? 1 : 0;
    return CM_OK;
}
