/* Drawing and packing of an order's pictures. References as in order_images.h. */
#include "vault/order_images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "pack/zip.h"
#include "symbol/picture.h"

#define PIECE_LEN ((size_t)1 << 20) /* bytes of a ZIP handed over at a time */
#define NO_DATE   0u                /* of files in the ZIP: the same units give the same bytes */
#define NAME_CAP  (UINT8_MAX + 1u)

struct order_images {
    struct order_output *output;
    enum symbol_kind kind;
    enum record_value says; /* RECORD_CODE, or RECORD_URL */
    uint64_t n;
    struct buffer *piece; /* the output's, being filled; NULL = none */
    struct zip_writer *zip;
    struct picture_maker *maker;
    struct buffer picture;
    struct cm_diag *diag; /* of the present call, for the sink */
};

/* ---- Judging ----------------------------------------------------------------------------------
 */

static cm_err read_kind(const char *name, enum symbol_kind *out, struct cm_diag *diag) {
    TRY(symbol_kind_parse(name, out, diag));
    if (!symbol_kind_is_gs1(*out)) return CM_OK;
    return diag_fail(diag, CM_E_ARGUMENT, "--images", NULL,
                     "draw them with 'countermark symbol --gs1'",
                     "orders draw codes and addresses, no GS1 elements");
}

cm_err order_images_check(const char *kind, const char *url, struct cm_slice sample,
                          struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    CM_CLEANUP(symbol_free) struct symbol symbol = {.width = 0};
    struct symbol_wish wish = {.payload = sample};
    const char *mark = strstr(url, "{code}");
    TRY(read_kind(kind, &wish.kind, diag));
    if (mark != NULL) {
        buffer_put(&text, url, (size_t)(mark - url));
        buffer_put(&text, sample.p, sample.len);
        buffer_text(&text, mark + strlen("{code}"));
        TRY(buffer_err(&text));
        wish.payload = buffer_slice(&text);
    }
    return symbol_make(&wish, &symbol, diag);
}

uint32_t order_images_values(const struct order *o) {
    const uint32_t says = o->options.url[0] != '\0' ? 1u << RECORD_URL : 0;
    return says | 1u << RECORD_CODE | 1u << RECORD_IMAGE;
}

/* ---- The file ---------------------------------------------------------------------------------
 */

static cm_err hand_over(struct order_images *x) {
    if (x->piece == NULL) return CM_OK;
    struct buffer *piece = take(&x->piece);
    return order_output_put(x->output, 0, piece, x->diag);
}

static cm_err sink(void *ctx, struct cm_slice bytes) {
    struct order_images *x = ctx;
    if (x->piece == NULL) TRY(order_output_buffer(x->output, &x->piece, x->diag));
    buffer_put(x->piece, bytes.p, bytes.len);
    TRY(buffer_err(x->piece));
    return x->piece->len < PIECE_LEN ? CM_OK : hand_over(x);
}

static cm_err open_inside(struct order_images *x, const struct order *o, struct cm_diag *diag) {
    char name[ORDER_FILE_CAP];
    const struct picture_look look = {.format = PICTURE_PNG, .font = ""};
    TRY(read_kind(o->options.images, &x->kind, diag));
    x->says = o->options.url[0] != '\0' ? RECORD_URL : RECORD_CODE;
    TRY(picture_maker_new(&look, &x->maker, diag));
    TRY(zip_new(&(const struct zip_sink){sink, x}, NO_DATE, &x->zip));
    (void)snprintf(name, sizeof name, "ORDER-%06u-images.zip.%s", o->id,
                   o->parts[0].pgp && !o->approval ? "pgp" : "cms");
    return order_output_images(x->output, 0, name, diag);
}

cm_err order_images_open(struct order_images **out, struct order_output *output,
                         const struct order *o, struct cm_diag *diag) {
    struct order_images *x = calloc(1, sizeof *x);
    if (x == NULL) return CM_E_NO_MEMORY;
    x->output = output;
    const cm_err err = open_inside(x, o, diag);
    if (err == CM_OK)
        *out = x;
    else
        order_images_free(x);
    return err;
}

void order_images_free(struct order_images *x) {
    if (x == NULL) return;
    zip_free(x->zip);
    picture_maker_free(x->maker);
    buffer_wipe(&x->picture);
    free(x);
}

static cm_err put_one(struct order_images *x, const struct record_set *set, size_t i) {
    CM_CLEANUP(symbol_free) struct symbol symbol = {.width = 0};
    const struct symbol_wish wish = {.kind = x->kind, .payload = record_text(set, x->says, i)};
    const struct cm_slice image = record_text(set, RECORD_IMAGE, i);
    char name[NAME_CAP];
    if (image.len >= sizeof name) return CM_E_RANGE;
    (void)snprintf(name, sizeof name, "%.*s", (int)image.len, (const char *)image.p);
    TRY(symbol_make(&wish, &symbol, x->diag));
    buffer_clear(&x->picture);
    TRY(picture_make(x->maker, &symbol, &x->picture, x->diag));
    return zip_add(x->zip, name, buffer_slice(&x->picture), false, x->diag);
}

cm_err order_images_put(struct order_images *x, const struct record_set *set,
                        struct cm_diag *diag) {
    x->diag = diag;
    for (size_t i = 0; i < set->n; i++)
        TRY(put_one(x, set, i));
    x->n += set->n;
    return CM_OK;
}

cm_err order_images_end(struct order_images *x, struct cm_diag *diag) {
    x->diag = diag;
    TRY(zip_finish(x->zip));
    TRY(hand_over(x));
    return order_output_end(x->output, 0, x->n, 0, diag);
}
