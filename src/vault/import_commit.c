/* The last step of an import: its number, its key, its files under their names, and then document
 * and units in one group of the journal. Whatever fails before the group leaves files and a key
 * that nothing refers to; the number they have is not given again, and the next import removes
 * them. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "doc/json_write.h"
#include "vault/import_inside.h"
#include "vault/set_number.h"

/* What the list has in common, as doors shall read it. */
static struct legacy_rule final_rule(const struct import_job *j) {
    struct legacy_rule rule = j->options.rule;
    rule.min_n = j->seen.min_n;
    rule.max_n = j->seen.max_n;
    memcpy(rule.symbol, j->seen.symbol, sizeof rule.symbol);
    if (j->counts.others > 0) rule.check = LEGACY_CHECK_NONE; /* other texts have none */
    return rule;
}

static void put_hash(struct json_writer *w, const char *key, const uint8_t hash[32]) {
    char hex[2 * HASH_LEN + 1];
    hex_format(hash, HASH_LEN, hex);
    json_put_cstr(w, key, hex);
}

static cm_err put_document(const struct import_job *j, const struct legacy_wanted *files,
                           uint64_t imported, struct buffer *out) {
    const struct import_options *o = &j->options;
    const struct legacy_rule rule = final_rule(j);
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "name", o->name);
    json_put_cstr(&w, "brand", o->brand_name);
    json_put_cstr(&w, "mode", o->test ? "TEST" : "LIVE");
    json_put_cstr(&w, "kind", legacy_kind_name(o->kind));
    if (o->of != 0) json_put_u64(&w, "of", o->of);
    json_put_u64(&w, "rows", files->rows);
    json_put_u64(&w, "units", files->units);
    json_put_u64(&w, "imported", imported);
    if (j->counts.balance > 0) json_put_u64(&w, "balance", j->counts.balance);
    put_hash(&w, "sha256", files->index_hash);
    if (files->has_base) put_hash(&w, "base_sha256", files->base_hash);
    legacy_rule_write(&w, &rule);
    life_write(&w, &o->life);
    if (o->product[0] != '\0') json_put_cstr(&w, "product", o->product);
    if (o->gtin[0] != '\0') json_put_cstr(&w, "gtin", o->gtin);
    json_object_end(&w);
    return buffer_err(out);
}

static cm_err make_keys(struct import_job *j, uint64_t now_unix_s, struct cm_diag *diag) {
    struct keystore *ks = j->place.keystore;
    TRY(keystore_add(ks, KEY_LEGACY, j->set, LEGACY_KEY_VERSION, now_unix_s, j->key));
    TRY(keystore_generate(ks, KEY_PSEUDONYM, CAMPAIGN_OF_POOL | j->set, 1, now_unix_s));
    return keystore_save(ks, diag);
}

static cm_err finish_file(struct import_job *j, struct legacy_writer *w, enum legacy_file_kind kind,
                          uint64_t units, uint8_t hash[HASH_LEN], struct cm_diag *diag) {
    char path[LEGACY_PATH_CAP];
    struct hash256 made;
    TRY(legacy_path(j->folder, j->set, kind, path));
    TRY(legacy_writer_finish(w, j->set, units, path, &made, diag));
    memcpy(hash, made.b, HASH_LEN);
    return CM_OK;
}

static void remove_files(const struct import_job *j) {
    char path[LEGACY_PATH_CAP];
    if (legacy_path(j->folder, j->set, LEGACY_INDEX, path) == CM_OK) (void)unlink(path);
    if (legacy_path(j->folder, j->set, LEGACY_BASE, path) == CM_OK) (void)unlink(path);
}

static cm_err enter(struct import_job *j, struct legacy_wanted *files, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    const bool aliases = j->options.kind == LEGACY_ALIASES;
    const uint64_t imported = aliases ? files->rows : j->counts.good;
    TRY(finish_file(j, j->index, LEGACY_INDEX, files->units, files->index_hash, diag));
    if (files->has_base)
        TRY(finish_file(j, j->base, LEGACY_BASE, files->units, files->base_hash, diag));
    TRY(put_document(j, files, imported, &text));
    const struct engine_import import = {.set = j->set,
                                         .actor = j->place.actor,
                                         .document = buffer_slice(&text),
                                         .units = aliases ? 0 : files->units,
                                         .imported = aliases ? 0 : imported};
    return engine_import(j->place.engine, &import, files, diag);
}

cm_err import_commit(struct import_job *j, uint64_t now_unix_s, struct cm_diag *diag) {
    struct legacy_wanted files = {.folder = j->folder,
                                  .rows = legacy_writer_rows(j->index),
                                  .units = j->options.kind == LEGACY_ALIASES ? j->serial_end
                                                                             : j->serials,
                                  .has_base = j->base != NULL};
    memcpy(files.workspace_id, j->workspace_id, sizeof files.workspace_id);
    TRY(set_number_free(j->place.engine, j->place.keystore, &j->set));
    TRY(make_keys(j, now_unix_s, diag));
    files.set = j->set;
    const cm_err err = enter(j, &files, diag);
    if (err != CM_OK && err != CM_E_DEAD) remove_files(j); /* dead: perhaps it was journaled */
    return err;
}

/* ---- What imports left that never ended ------------------------------------------------------ */

struct known_read {
    uint32_t set;
    bool known;
};
static cm_err known_read(void *ctx, const struct registry *r) {
    struct known_read *k = ctx;
    const struct set_entry *s = registry_set(r, k->set);
    k->known = s != NULL && s->legacy != NULL;
    return CM_OK;
}

/* "17.index", "17.base": ours when a list has that number; "0.index.new" never is. */
static cm_err sweep_one(struct cm_engine *engine, int folder, const char *name) {
    struct known_read k = {.known = false};
    uint64_t set = 0;
    const char *dot = strchr(name, '.');
    if (dot == NULL || name[0] == '.') return CM_OK;
    if (text_u64(slice_of(name, (size_t)(dot - name)), UINT32_MAX, &set) != CM_OK) return CM_OK;
    k.set = (uint32_t)set;
    TRY(engine_read(engine, known_read, &k));
    const bool temporary = strlen(name) > 4 && strcmp(name + strlen(name) - 4, ".new") == 0;
    if (!k.known || temporary) (void)unlinkat(folder, name, 0); /* else the next one will */
    return CM_OK;
}

cm_err import_sweep(struct cm_engine *engine, int folder) {
    const int fd = dup(folder);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    cm_err err = CM_OK;
    if (d == NULL) {
        if (fd >= 0) (void)close(fd);
        return CM_E_IO;
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own
    for (const struct dirent *e = readdir(d); e != NULL && err == CM_OK; e = readdir(d))
        err = sweep_one(engine, folder, e->d_name);
    (void)closedir(d);
    return err;
}
