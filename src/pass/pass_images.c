/* Names by table; PNG by its chunks. */
#include "pass/pass_images.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/nearest.h"

#define ANY         ((1u << PASS_STYLE_N) - 1)
#define IHDR_LEN    13u
#define CRC_POLY    0xEDB88320u /* ISO/IEC 15948 annex D, bits reversed */
#define CHUNK_EXTRA 12u         /* length, type, CRC */

const char *const pass_style_names[PASS_STYLE_N] = {"boardingPass", "coupon", "eventTicket",
                                                    "generic", "storeCard"};

/* Widths and heights in points; 0: Wallet says none. */
static const struct image_rule {
    const char *name;
    unsigned width, height, styles;
} rules[] = {
    {"icon", 29, 29, ANY},
    {"logo", 160, 50, ANY},
    {"thumbnail", 90, 90, 1u << PASS_EVENT | 1u << PASS_GENERIC},
    {"strip", 375, 144, 1u << PASS_COUPON | 1u << PASS_EVENT | 1u << PASS_STORE},
    {"background", 180, 220, 1u << PASS_EVENT},
    {"footer", 286, 15, 1u << PASS_BOARDING},
    {"artwork", 0, 0, 1u << PASS_EVENT},
    {"secondaryLogo", 0, 0, 1u << PASS_EVENT},
    {"venueMap", 0, 0, 1u << PASS_EVENT},
    {"personalizationLogo", 150, 40, 1u << PASS_STORE},
};

static const char *const names[] = {
    "pass.json",         "pass.strings", "personalization.json",   "icon.png",   "logo.png",
    "thumbnail.png",     "strip.png",    "background.png",         "footer.png", "artwork.png",
    "secondaryLogo.png", "venueMap.png", "personalizationLogo.png"};

static cm_err no_such_name(const char *name, struct cm_diag *diag) {
    char remedy[DIAG_PART_CAP];
    const char *near = nearest_word(name, names, CM_ARRAY_N(names));
    if (near != NULL)
        (void)snprintf(remedy, sizeof remedy, "did you mean %s?", near);
    else
        (void)snprintf(remedy, sizeof remedy,
                       "remove it: everything in the folder would go to every customer");
    return diag_fail(diag, CM_E_NOT_FOUND, NULL, NULL, remedy, "a pass holds no file '%.100s'",
                     name);
}

/* ".png", "@2x.png", "@3x.png" behind the kind; 0 for anything else. */
static unsigned scale_of(const char *end) {
    if (strcmp(end, ".png") == 0) return 1;
    if (strcmp(end, "@2x.png") == 0) return 2;
    return strcmp(end, "@3x.png") == 0 ? 3 : 0;
}

cm_err pass_image_named(const char *name, struct pass_image *out, struct cm_diag *diag) {
    for (size_t i = 0; i < CM_ARRAY_N(rules); i++) {
        const struct cm_slice kind = slice_text(rules[i].name);
        if (strlen(name) <= kind.len || !slice_equal(slice_of(name, kind.len), kind)) continue;
        const unsigned scale = scale_of(name + kind.len);
        if (scale == 0) continue;
        *out = (struct pass_image){.kind = rules[i].name, .scale = scale};
        return CM_OK;
    }
    return no_such_name(name, diag);
}

static uint32_t crc_of(struct cm_slice bytes) {
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= bytes.p[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ ((crc & 1u) != 0 ? CRC_POLY : 0u);
    }
    return ~crc;
}

static cm_err damaged(struct cm_diag *diag, const char *what) {
    return diag_fail(diag, CM_E_FORMAT, NULL, NULL, "save the picture as PNG again", "%s", what);
}

/* Section 11.2.2: width, height, depth, kind of colour; compression and filter are 0. */
static cm_err read_header(struct cursor *c, struct pass_image *out, struct cm_diag *diag) {
    const uint32_t width = cursor_u32be(c), height = cursor_u32be(c);
    const uint8_t depth = cursor_u8(c), colour = cursor_u8(c), packing = cursor_u8(c),
                  filter = cursor_u8(c), interlace = cursor_u8(c);
    TRY(cursor_end(c));
    const bool known = depth >= 1 && depth <= 16 && (depth & (depth - 1)) == 0 && colour <= 6 &&
                       colour != 1 && colour != 5 && packing == 0 && filter == 0 && interlace <= 1;
    if (!known || width == 0 || height == 0) return damaged(diag, "its header is damaged");
    if (width > PASS_IMAGE_SIDE_MAX || height > PASS_IMAGE_SIDE_MAX)
        return diag_fail(diag, CM_E_LIMIT, NULL, NULL, "make the picture smaller",
                         "%ux%u pixels; a side has at most %u", width, height, PASS_IMAGE_SIDE_MAX);
    out->width = width;
    out->height = height;
    return CM_OK;
}

struct chunk {
    struct cm_slice type, data;
};

static cm_err next_chunk(struct cursor *c, struct chunk *out, struct cm_diag *diag) {
    const uint8_t *start = c->p + sizeof(uint32_t);
    const uint32_t len = cursor_u32be(c);
    out->type = cursor_bytes(c, sizeof(uint32_t));
    out->data = cursor_bytes(c, len);
    const uint32_t crc = cursor_u32be(c);
    if (cursor_err(c) != CM_OK) return damaged(diag, "the PNG ends too early");
    if (crc_of(slice_of(start, sizeof(uint32_t) + len)) != crc)
        return damaged(diag, "a checksum in the PNG does not hold");
    return CM_OK;
}

static bool is_type(const struct chunk *c, const char *type) {
    return slice_equal(c->type, slice_text(type));
}

cm_err pass_image_read(struct cm_slice png, struct pass_image *out, struct cm_diag *diag) {
    static const uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    struct pass_image local = *out;
    struct chunk chunk = {.type = slice_of(NULL, 0)};
    struct cursor c = cursor_over(png);
    const struct cm_slice head = cursor_bytes(&c, sizeof signature);
    if (png.len > PASS_FILE_MAX)
        return diag_fail(diag, CM_E_LIMIT, NULL, NULL, "make the picture smaller",
                         "%zu bytes; at most %u", png.len, PASS_FILE_MAX);
    if (!slice_equal(head, slice_of(signature, sizeof signature)))
        return damaged(diag, "it is not a PNG picture");
    TRY(next_chunk(&c, &chunk, diag));
    if (!is_type(&chunk, "IHDR") || chunk.data.len != IHDR_LEN)
        return damaged(diag, "its header is damaged");
    struct cursor header = cursor_over(chunk.data);
    TRY(read_header(&header, &local, diag));
    bool pixels = false;
    while (!is_type(&chunk, "IEND")) {
        TRY(next_chunk(&c, &chunk, diag));
        pixels = pixels || is_type(&chunk, "IDAT");
    }
    if (!pixels || cursor_end(&c) != CM_OK)
        return damaged(diag, pixels ? "more follows the end of the PNG" : "it has no pixels");
    *out = local;
    return CM_OK;
}

bool pass_image_shown(const char *kind, enum pass_style style) {
    for (size_t i = 0; i < CM_ARRAY_N(rules); i++)
        if (strcmp(rules[i].name, kind) == 0) return (rules[i].styles & 1u << style) != 0;
    return false;
}

const char *pass_image_doubt(const struct pass_image *image, enum pass_style style) {
    for (size_t i = 0; i < CM_ARRAY_N(rules); i++) {
        const struct image_rule *r = &rules[i];
        if (strcmp(r->name, image->kind) != 0) continue;
        const unsigned width = r->width * image->scale, height = r->height * image->scale;
        if ((r->styles & 1u << style) == 0) return "Wallet shows no such picture in this style";
        if (width == 0) return NULL;
        if (image->width > width || image->height > height)
            return "it is larger than its place: Wallet scales it down or cuts it";
        if (strcmp(r->name, "icon") == 0 && (image->width < width || image->height < height))
            return "it is smaller than its place";
    }
    return NULL;
}
