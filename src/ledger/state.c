/* The image as a whole: making it, opening it, whose it is, how far it reaches.
 * An image is made beside its place and renamed into it, so that one which is there is whole.
 * It refuses another workspace's image and another format. Only durable flags of LMDB are used.
 * Reference: lmdb.h 0.9.24; docs/design/state.md. */
#include "ledger/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/state_image.h"
#include "ledger/state_record.h"
#include "ledger/state_table.h"
#include "ledger/state_whole.h"

#define MAP_LEN_DEFAULT (256ull * 1024 * 1024 * 1024) /* address space, not disk */
#define READERS_MAX     16u /* the owner, a backup, fsck, people with mdb_stat */
#define FILE_MODE       0600u
#define FOLDER_MODE     0700u

static cm_err env_open(MDB_env **env, const char *path, const struct state_options *o) {
    const uint64_t map_len = o->map_len != 0 ? o->map_len : MAP_LEN_DEFAULT;
    TRY(state_err(mdb_env_create(env), "env_create"));
    TRY(state_err(mdb_env_set_maxdbs(*env, TABLE_N), "set_maxdbs"));
    TRY(state_err(mdb_env_set_maxreaders(*env, READERS_MAX), "set_maxreaders"));
    TRY(state_err(mdb_env_set_mapsize(*env, map_len), "set_mapsize"));
    const unsigned flags = MDB_NOTLS | (o->read_only ? MDB_RDONLY : 0u);
    return state_err(mdb_env_open(*env, path, flags, FILE_MODE), "env_open");
}

static void env_closep(MDB_env **env) {
    if (*env != NULL) mdb_env_close(*env);
}

cm_err image_put_meta(const struct state *s, MDB_txn *txn, uint64_t position) {
    struct image_meta m = {.format = STATE_FORMAT, .position = position};
    memcpy(m.workspace_id, s->workspace_id, sizeof m.workspace_id);
    uint8_t content[RECORD_META_LEN];
    record_put_meta(content, &m);
    const struct table_key key = key_text("image");
    return table_put(s, txn, TABLE_META, &key, slice_of(content, sizeof content));
}

static cm_err fsync_folder(const char *path) {
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return state_err(errno, "open folder");
    const int rc = fsync(fd) == 0 ? 0 : errno;
    (void)close(fd);
    return state_err(rc, "fsync folder");
}

struct path {
    char text[PATH_MAX];
};

static cm_err path_join(struct path *out, const char *folder, const char *name) {
    const int n = snprintf(out->text, sizeof out->text, "%s%s", folder, name);
    return n > 0 && (size_t)n < sizeof out->text ? CM_OK : CM_E_ARGUMENT;
}

/* Whether `folder` holds an image's data file. */
static cm_err image_there(const char *folder, bool *there) {
    struct path file;
    struct stat st;
    TRY(path_join(&file, folder, "/data.mdb"));
    const int rc = stat(file.text, &st) == 0 ? 0 : errno;
    if (rc != 0 && rc != ENOENT && rc != ENOTDIR) return state_err(rc, "stat");
    *there = rc == 0;
    return CM_OK;
}

/* Remove what an attempt that was cut short left; what is not ours stays and stops us later. */
static cm_err sweep(const char *folder) {
    struct path file;
    TRY(path_join(&file, folder, "/data.mdb"));
    (void)unlink(file.text);
    TRY(path_join(&file, folder, "/lock.mdb"));
    (void)unlink(file.text);
    (void)rmdir(folder);
    return CM_OK;
}

/* The first commit of an image: every table, and whose it is. */
static cm_err first_commit(MDB_env *env, const struct state_options *o) {
    struct state s = {.env = env};
    memcpy(s.workspace_id, o->workspace_id, sizeof s.workspace_id);
    MDB_txn *txn = NULL;
    TRY(state_err(mdb_txn_begin(env, NULL, 0, &txn), "begin"));
    cm_err err = tables_open(txn, true, s.tables);
    if (err == CM_OK) err = image_put_meta(&s, txn, 0);
    if (err == CM_OK) return state_err(mdb_txn_commit(txn), "commit");
    mdb_txn_abort(txn);
    return err;
}

static cm_err make_in(const char *folder, const struct state_options *o) {
    CM_CLEANUP(env_closep) MDB_env *env = NULL;
    TRY(env_open(&env, folder, o));
    return first_commit(env, o);
}

/* The folder's name without trailing slashes: ".making" must stand beside, not inside. */
static cm_err bare_path(struct path *out, const char *path) {
    TRY(path_join(out, path, ""));
    size_t len = strlen(out->text);
    while (len > 1 && out->text[len - 1] == '/')
        out->text[--len] = '\0';
    return CM_OK;
}

static cm_err parent_of(struct path *out, const char *path) {
    TRY(path_join(out, path, ""));
    char *slash = strrchr(out->text, '/');
    if (slash == NULL) return path_join(out, ".", "");
    if (slash == out->text) slash++;
    *slash = '\0';
    return CM_OK;
}

static cm_err image_make(const struct state_options *o) {
    struct path folder, making, parent;
    TRY(bare_path(&folder, o->path));
    TRY(path_join(&making, folder.text, ".making"));
    TRY(parent_of(&parent, folder.text));
    TRY(sweep(making.text));
    if (mkdir(making.text, FOLDER_MODE) != 0) return state_err(errno, "mkdir");
    const cm_err err = make_in(making.text, o);
    if (err != CM_OK) {
        cm_ignore(sweep(making.text)); /* the first error is the one to tell */
        return err;
    }
    /* LMDB syncs neither the folder nor the pages it writes before the first commit's own. */
    TRY(fsync_folder(making.text));
    TRY(fsync_folder(parent.text)); /* nothing is renamed that may not be there itself */
    TRY(sweep(folder.text));        /* an empty folder, or a lock file alone, gives way */
    if (rename(making.text, folder.text) != 0) return state_err(errno, "rename");
    return fsync_folder(parent.text);
}

static cm_err check_meta(struct state *s, MDB_txn *txn, struct cm_diag *diag) {
    const struct table_key key = key_text("image");
    struct cm_slice content;
    struct image_meta m;
    bool found = false;
    TRY(table_get(s, txn, TABLE_META, &key, diag, &content, &found));
    if (!found)
        return diag_fail(diag, CM_E_CORRUPT, "state", "meta", "rebuild the state from the journal",
                         "the image does not say whose it is");
    TRY(record_read_meta(content, &m));
    if (m.format != STATE_FORMAT)
        return diag_fail(diag, CM_E_VERSION, "state", "meta",
                         "make it anew from the journal: countermark fsck --rebuild",
                         "the image has format %u, this program knows %u", (unsigned)m.format,
                         (unsigned)STATE_FORMAT);
    if (!slice_equal(slice_of(m.workspace_id, sizeof m.workspace_id),
                     slice_of(s->workspace_id, sizeof s->workspace_id)))
        return diag_fail(diag, CM_E_CONFLICT, "state", "meta",
                         "put this workspace's own image back, or rebuild it from the journal",
                         "the image belongs to another workspace");
    atomic_store(&s->position, m.position);
    return CM_OK;
}

static cm_err open_tables(struct state *s, struct cm_diag *diag) {
    MDB_txn *txn = NULL;
    TRY(state_err(mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn), "begin"));
    /* The record that tells the format comes first: another format may have other tables. */
    cm_err err = state_err(mdb_dbi_open(txn, table_name(TABLE_META), 0, &s->tables[TABLE_META]),
                           table_name(TABLE_META));
    if (err == CM_OK) err = table_learn_map(s, txn);
    if (err == CM_OK) err = check_meta(s, txn, diag);
    if (err == CM_OK) err = tables_open(txn, false, s->tables);
    if (err == CM_E_NOT_FOUND)
        err = diag_fail(diag, CM_E_CORRUPT, "state", "tables", "rebuild the state from the journal",
                        "a table is missing");
    if (err != CM_OK) {
        mdb_txn_abort(txn);
        return err;
    }
    /* Handles opened in a transaction are kept by its commit. */
    return state_err(mdb_txn_commit(txn), "commit");
}

/* An image of a program that knew no runs, or no aliases, has no tables of them: made before the
 * first fold. */
static cm_err complete_tables(struct state *s) {
    MDB_txn *txn = NULL;
    bool whole = true;
    for (int t = TABLE_HELD; t < TABLE_N; t++)
        whole = whole && s->tables[t] != TABLE_ABSENT;
    if (whole) return CM_OK;
    TRY(state_err(mdb_txn_begin(s->env, NULL, 0, &txn), "begin"));
    const cm_err err = tables_open(txn, true, s->tables);
    if (err == CM_OK) return state_err(mdb_txn_commit(txn), "commit");
    mdb_txn_abort(txn);
    return err;
}

static cm_err open_parts(struct state *s, const struct state_options *o, struct cm_diag *diag) {
    TRY(env_open(&s->env, o->path, o));
    /* LMDB maps its file and believes its last page number: a file that was cut would not be an
     * error but a bus error, at the first touch of what is missing. */
    TRY(state_whole(s->env, diag));
    int stale = 0; /* slots of killed readers would pin old pages for ever */
    TRY(state_err(mdb_reader_check(s->env, &stale), "reader_check"));
    TRY(open_tables(s, diag));
    if (!o->read_only) TRY(complete_tables(s));
    TRY(state_err(mdb_txn_begin(s->env, NULL, MDB_RDONLY, &s->reader), "begin"));
    mdb_txn_reset(s->reader);
    return CM_OK;
}

cm_err state_open(struct state **out, const struct state_options *o, struct cm_diag *diag) {
    bool there = false;
    if (o->create && o->read_only) return CM_E_ARGUMENT;
    TRY(image_there(o->path, &there));
    if (!there && !o->create)
        return diag_fail(diag, CM_E_NOT_FOUND, "state", o->path,
                         "name the right workspace, or rebuild the state from the journal",
                         "there is no state image here");
    cm_err err = there ? CM_OK : image_make(o);
    if (err == CM_OK) {
        CM_CLEANUP(state_closep) struct state *s = calloc(1, sizeof *s);
        if (s == NULL) return CM_E_NO_MEMORY;
        memcpy(s->workspace_id, o->workspace_id, sizeof s->workspace_id);
        err = open_parts(s, o, diag);
        if (err == CM_OK) *out = take(&s);
    }
    if (err != CM_OK) diag_set(diag, "state", o->path, NULL, "cannot be opened");
    return err;
}

void state_close(struct state *s) {
    if (s == NULL) return;
    if (s->reader != NULL) mdb_txn_abort(s->reader);
    env_closep(&s->env);
    free(s);
}

void state_closep(struct state **s) { state_close(take(s)); }

uint64_t state_position(const struct state *s) { return atomic_load(&s->position); }

void state_fault(const struct state *s, struct cm_diag *diag) { *diag = s->fault; }
