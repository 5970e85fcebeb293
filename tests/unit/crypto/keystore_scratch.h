/* A scratch directory with a keystore of token cost, for the keystore's tests. */
#ifndef CM_TESTS_KEYSTORE_SCRATCH_H
#define CM_TESTS_KEYSTORE_SCRATCH_H

#include "base/buffer.h"
#include "crypto/keystore.h"

#define SCRATCH_PASSPHRASE "correct horse"
#define SCRATCH_DIR_CAP    128u
#define SCRATCH_PATH_CAP   (SCRATCH_DIR_CAP + 16u)

struct scratch {
    char dir[SCRATCH_DIR_CAP];
    char path[SCRATCH_PATH_CAP]; /* dir/keystore */
    char key_file[SCRATCH_PATH_CAP];
    char new_path[SCRATCH_PATH_CAP]; /* path.new */
};

/* Make and remove the directory; fail the running test when they cannot. */
void scratch_open(struct scratch *s);
void scratch_close(struct scratch *s);

/* Ways in with token costs. */
struct keystore_unlock scratch_passphrase(const char *text);
struct keystore_unlock scratch_words(const struct words_text *words);
struct keystore_unlock scratch_key_file(const char *path);

/* A saved store with a scheme key 7/1, a pool key 9/1 and an audit key; the words if wanted. */
void scratch_store(const struct scratch *s, struct words_text *words);
/* Whole files; the written file replaces what was there. */
struct buffer scratch_read(const char *path);
void scratch_write(const char *path, struct cm_slice bytes);

#endif
