/* Certificates made by the openssl program, so that what the room reads was not made by the room.
 */
#include "cms_scratch.h"

#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "support/cm.h"

#define PATH_CAP    (CMS_SCRATCH_CAP + 64u)
#define COMMAND_CAP 4096u

static const char make_all[] =
    "set -e\n"
    "make() { openssl req -x509 -nodes -days 30 -subj \"/CN=countermark test $1\" -keyout $1.key "
    "-out $1.crt -newkey $2 -addext keyUsage=critical,$3 $4 $5 2>openssl.log; }\n"
    "make rsa rsa:2048 keyEncipherment\n"
    "make other rsa:2048 keyEncipherment\n"
    "make ec ec keyAgreement -pkeyopt ec_paramgen_curve:P-256\n"
    "make weak rsa:1024 keyEncipherment\n"
    "make ed ed25519 digitalSignature\n"
    "openssl req -x509 -key rsa.key -days 30 -subj /CN=signer -out sign.crt "
    "-addext keyUsage=digitalSignature\n"
    "printf 'open sesame' > pass\n"
    "openssl pkey -in rsa.key -aes256 -passout file:pass -out locked.key\n";

/* Run `script` in a shell; its exit status. */
static int shell(char *script) {
    char name[] = "sh", option[] = "-c";
    char *const argv[] = {name, option, script, NULL};
    pid_t child = 0;
    assert_int_equal(posix_spawnp(&child, name, NULL, NULL, argv, environ), 0);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

int cms_scratch_run(const struct cms_scratch *s, const char *command) {
    char line[COMMAND_CAP];
    const int len =
        snprintf(line, sizeof line, "cd '%s' && { %s\n} >>run.log 2>&1", s->dir, command);
    assert_in_range(len, 1, sizeof line - 1);
    return shell(line);
}

void cms_scratch_open(struct cms_scratch *s) {
    assert_ok(crypto_init());
    const char *base = getenv("TMPDIR");
    (void)snprintf(s->dir, sizeof s->dir, "%s/cm-cms-XXXXXX", base != NULL ? base : "/tmp");
    assert_non_null(mkdtemp(s->dir));
    assert_int_equal(cms_scratch_run(s, make_all), 0);
}

void cms_scratch_close(struct cms_scratch *s) {
    assert_int_equal(cms_scratch_run(s, "rm -f ./*"), 0);
    char line[COMMAND_CAP];
    (void)snprintf(line, sizeof line, "rm -f '%s/run.log' && rmdir '%s'", s->dir, s->dir);
    assert_int_equal(shell(line), 0);
}

struct buffer cms_scratch_read(const struct cms_scratch *s, const char *name) {
    char path[PATH_CAP];
    (void)snprintf(path, sizeof path, "%s/%.40s", s->dir, name);
    struct buffer b = BUFFER_INIT;
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    uint8_t block[4096];
    for (size_t n = fread(block, 1, sizeof block, f); n > 0; n = fread(block, 1, sizeof block, f))
        buffer_put(&b, block, n);
    assert_int_equal(fclose(f), 0);
    assert_ok(buffer_err(&b));
    return b;
}

void cms_scratch_write(const struct cms_scratch *s, const char *name, struct cm_slice bytes) {
    char path[PATH_CAP];
    (void)snprintf(path, sizeof path, "%s/%.40s", s->dir, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    if (bytes.len > 0) assert_int_equal(fwrite(bytes.p, 1, bytes.len, f), bytes.len);
    assert_int_equal(fclose(f), 0);
}

struct recipient *cms_scratch_cert(const struct cms_scratch *s, const char *name) {
    char file[40];
    (void)snprintf(file, sizeof file, "%.30s.crt", name);
    struct buffer pem = cms_scratch_read(s, file);
    struct recipient *r = NULL;
    assert_ok(recipient_from_cert(buffer_slice(&pem), (uint64_t)time(NULL), false, &r, NULL));
    buffer_free(&pem);
    return r;
}

struct recipient_key *cms_scratch_key(const struct cms_scratch *s, const char *name) {
    char file[40];
    (void)snprintf(file, sizeof file, "%.30s.key", name);
    struct buffer pem = cms_scratch_read(s, file);
    struct recipient_key *k = NULL;
    assert_ok(recipient_key_from(buffer_slice(&pem), NULL, &k, NULL));
    buffer_wipe(&pem);
    return k;
}
