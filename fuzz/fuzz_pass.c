/* Fuzz target for what comes from makers of passes: templates, pictures, ZIP files, passes of
 * others, signatures. Any bytes are taken or refused; a template that compiles is filled with cells
 * that try to break out, and is JSON again with as many members as before; what unpacks keeps its
 * limits; nothing holds under an authority that signed nothing. The first byte chooses. */
#include "fuzz/fuzz.h"

#include "crypto/secret.h"
#include "pack/unzip.h"
#include "pass/google.h"
#include "pass/pass_check.h"
#include "pass/pass_text.h"
#include "pass/pkpass_verify.h"

#define NOW         1790000000u
#define MEMBERS_MAX 1000u
#define FILE_MAX    65536u
#define COLUMNS_MAX 64u

static size_t members_of(struct json_value v) {
    const char *key = NULL;
    size_t n = 0;
    while (n < MEMBERS_MAX && json_present(json_member(v, n, &key)))
        n++;
    return n;
}

/* Every cell is the same: quotes, backslashes, braces, a control character. */
static void fill(struct cm_slice json, size_t members) {
    struct pass_text *text = NULL;
    struct buffer out = BUFFER_INIT;
    struct cm_slice cells[COLUMNS_MAX];
    struct json_doc *doc = NULL;
    size_t n = 0;
    if (pass_text_new(json, "fuzz", NULL, 0, &text, NULL) != CM_OK) return;
    (void)pass_text_columns(text, &n);
    for (size_t i = 0; i < COLUMNS_MAX; i++)
        cells[i] = slice_text("\",\"x\":{\"\\\n}");
    if (n <= COLUMNS_MAX && pass_text_put(text, cells, &out, NULL) == CM_OK) {
        const struct json_limits limits = {.text_max = 1u << 24, .depth_max = JSON_DEPTH_MAX};
        fuzz_require(json_doc_new(&doc, buffer_slice(&out), "filled", &limits, NULL) == CM_OK);
        fuzz_require(members_of(json_root(doc)) == members);
        json_doc_free(doc);
    }
    buffer_wipe(&out);
    pass_text_free(text);
}

static void read_template(struct cm_slice json) {
    struct pass_report *r = NULL;
    struct json_doc *doc = NULL;
    enum pass_style style = PASS_STYLE_N;
    fuzz_require(pass_report_new(true, &r) == CM_OK);
    if (json_doc_new(&doc, json, "pass.json", &JSON_LIMITS_DEFAULT, &r->diag) == CM_OK) {
        pass_check(r, json_root(doc), &style);
        fill(json, members_of(json_root(doc)));
    }
    fuzz_require(r->n <= PASS_FINDINGS_MAX && r->n <= r->errors + r->warnings);
    json_doc_free(doc);
    pass_report_free(r);
}

static void read_google(struct cm_slice json) {
    struct pass_report *r = NULL;
    fuzz_require(google_lint(json, "card.json", &r) == CM_OK);
    pass_report_free(r);
}

static void read_picture(struct cm_slice png) {
    struct pass_image image = {.kind = "icon", .scale = 1};
    if (pass_image_read(png, &image, NULL) != CM_OK) return;
    fuzz_require(image.width > 0 && image.width <= PASS_IMAGE_SIDE_MAX);
    for (int style = 0; style < PASS_STYLE_N; style++)
        (void)pass_image_doubt(&image, (enum pass_style)style);
}

static void read_zip(struct cm_slice bytes) {
    static const struct unzip_limits limits = {
        .files_max = 8, .file_max = FILE_MAX, .total_max = FILE_MAX};
    struct unzip *zip = NULL;
    size_t total = 0;
    if (unzip_read(bytes, &limits, &zip, NULL) != CM_OK) return;
    for (size_t i = 0; i < zip->n; i++) {
        total += zip->files[i].bytes.len;
        fuzz_require(unzip_file(zip, zip->files[i].name) == &zip->files[i]);
    }
    fuzz_require(zip->n <= limits.files_max && total <= limits.total_max);
    unzip_free(zip);
}

static void read_pass(struct cm_slice bytes) {
    struct pkpass_verdict *v = NULL;
    fuzz_require(pkpass_verify(bytes, slice_of(NULL, 0), NOW, &v, NULL) == CM_OK);
    fuzz_require(!v->is_trusted);
    pkpass_verdict_free(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    fuzz_require(crypto_init() == CM_OK);
    if (len == 0) return 0;
    const struct cm_slice rest = slice_of(data + 1, len - 1);
    switch (data[0] % 5) {
    case 0: read_template(rest); break;
    case 1: read_google(rest); break;
    case 2: read_picture(rest); break;
    case 3: read_zip(rest); break;
    case 4:
    default: read_pass(rest); break;
    }
    return 0;
}
