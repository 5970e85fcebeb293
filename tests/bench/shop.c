/* Building the shop. */
#include "shop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "codes/scheme.h"
#include "codes/scheme_json.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "support/scratch.h"

#define KEY_PATH_CAP (WORKSPACE_PATH_CAP + 16u)
#define DOCUMENT_CAP 256u /* bytes of a small JSON text */

cm_err shop_numbers(struct cm_scheme_numbers *out, struct cm_diag *diag) {
    struct cm_scheme_numbers numbers = {.id = SHOP_SCHEME,
                                        .key_version_first = 1,
                                        .test = true,
                                        .length = SHOP_CODE_LEN - 1,
                                        .check = CM_CHECK_PRIME,
                                        .date = {.cardinality = 1},
                                        .batches = SHOP_BATCHES,
                                        .serials = SHOP_SERIALS,
                                        .filter_version = 1,
                                        .table_version = 1,
                                        .group_separator = '-',
                                        .group = {5, 4, 4}};
    TRY(cm_alphabet_by_name(&numbers.alphabet, slice_text("default"), diag));
    TRY(cm_scheme_numbers_freeze(&numbers, diag));
    *out = numbers;
    return CM_OK;
}

static cm_err add_document(struct shop *s, enum document_kind kind, uint32_t id,
                           struct cm_slice text, struct cm_diag *diag) {
    return engine_document(s->engine, kind, &id, 0, text, diag);
}

static cm_err add_scheme(struct shop *s, struct cm_diag *diag) {
    CM_CLEANUP(scheme_wipe) struct scheme scheme;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    scheme_init(&scheme);
    TRY(shop_numbers(&scheme.numbers, diag));
    (void)snprintf(scheme.alphabet_name, sizeof scheme.alphabet_name, "default");
    (void)snprintf(scheme.name, sizeof scheme.name, "bench");
    scheme.volume = (uint64_t)SHOP_BATCHES * SHOP_SERIALS;
    scheme.one_in = 1000000;
    TRY(scheme_json_write(&scheme, &text));
    return add_document(s, DOCUMENT_SCHEME, SHOP_SCHEME, buffer_slice(&text), diag);
}

/* The key file of a sandbox, where countermarkd finds it by itself. The daemon takes no keystore
 * whose recovery words are cheap to guess, so a shop costs one real Argon2id. */
static cm_err make_key_file(const char *dir, char path[static KEY_PATH_CAP], struct cm_diag *diag) {
    uint8_t bytes[SLOT_KEY_FILE_MIN];
    (void)snprintf(path, KEY_PATH_CAP, "%s/sandbox.key", dir);
    random_fill(bytes, sizeof bytes);
    return file_replace(path, slice_of(bytes, sizeof bytes), S_IRUSR | S_IWUSR, diag);
}

static cm_err add_keys(struct shop *s, const char *path, struct cm_diag *diag) {
    char key_file[KEY_PATH_CAP];
    const struct keystore_unlock unlock = {.kind = SLOT_KEY_FILE, .path = key_file};
    struct words_text words;
    TRY(crypto_init());
    TRY(make_key_file(s->dir, key_file, diag));
    TRY(keystore_create(path, &unlock, &words, &s->keystore, diag));
    TRY(keystore_generate(s->keystore, KEY_IDEM, 0, 1, 1));
    TRY(keystore_generate(s->keystore, KEY_AUDIT, 0, 1, 1));
    TRY(keystore_generate(s->keystore, KEY_PSEUDONYM, SHOP_SCHEME, 1, 1));
    TRY(keystore_generate(s->keystore, KEY_SCHEME, SHOP_SCHEME, 1, 1));
    return keystore_save(s->keystore, diag);
}

static cm_err make_folder(struct shop *s, const char *parent, struct cm_diag *diag) {
    const int n = snprintf(s->dir, sizeof s->dir, "%s/shop-XXXXXX", parent);
    if (n > 0 && (size_t)n < sizeof s->dir && mkdtemp(s->dir) != NULL) return CM_OK;
    s->dir[0] = '\0';
    return diag_fail(diag, file_err_from_errno(errno), parent, NULL, "choose another with --dir",
                     "no folder can be made there: %s", file_errno_text(errno));
}

cm_err shop_enter(struct shop *s, struct cm_diag *diag) {
    const struct engine_options options = {
        .workspace = s->dir, .keystore = s->keystore, .clock = clock_wall()};
    return engine_open(&s->engine, &options, diag);
}

void shop_leave(struct shop *s) {
    if (s->engine != NULL) cm_engine_close(s->engine);
    s->engine = NULL;
}

cm_err shop_open(struct shop *s, const char *parent, struct cm_diag *diag) {
    struct workspace_paths paths;
    const struct workspace file = {.id = SHOP_ID, .name = "bench", .sandbox = true, .epoch = 1};
    *s = (struct shop){.keystore = NULL};
    TRY(make_folder(s, parent, diag));
    TRY(workspace_write(s->dir, &file, diag));
    TRY(workspace_paths(s->dir, &paths, diag));
    TRY(add_keys(s, paths.keystore, diag));
    TRY(engine_create(s->dir, file.id, diag));
    TRY(shop_enter(s, diag));
    TRY(add_scheme(s, diag));
    return add_document(
        s, DOCUMENT_DOOR, SHOP_DOOR,
        slice_text("{\"name\":\"front\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[1]}"), diag);
}

void shop_close(struct shop *s) {
    shop_leave(s);
    keystore_close(s->keystore);
    if (s->dir[0] != '\0') scratch_remove(s->dir);
    *s = (struct shop){.keystore = NULL};
}

cm_err shop_batch(struct shop *s, uint64_t quantity, uint32_t *set, struct cm_diag *diag) {
    char text[DOCUMENT_CAP];
    const uint32_t number = s->batch_n + 1;
    (void)snprintf(text, sizeof text,
                   "{\"scheme\":%u,\"batch\":%u,\"key_version\":1,\"name\":\"batch-%u\","
                   "\"attributes\":[],\"quantity\":%llu,\"product\":\"Cola\"}",
                   SHOP_SCHEME, number - 1, number, (unsigned long long)quantity);
    TRY(add_document(s, DOCUMENT_BATCH, number, slice_text(text), diag));
    s->batch_n = number;
    *set = number;
    return CM_OK;
}
