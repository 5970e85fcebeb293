/* Certificates made by the openssl program, so that what the room reads was not made by the room.
 */
#include "cms_kit.h"

#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "support/cm.h"

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

int cms_kit_run(const struct cms_kit *s, const char *command) {
    char line[COMMAND_CAP];
    const int len =
        snprintf(line, sizeof line, "cd '%s' && { %s\n} >>run.log 2>&1", s->dir.path, command);
    assert_in_range(len, 1, sizeof line - 1);
    return shell(line);
}

void cms_kit_open(struct cms_kit *s) {
    assert_ok(crypto_init());
    assert_true(scratch_make(&s->dir));
    assert_int_equal(cms_kit_run(s, make_all), 0);
}

void cms_kit_close(struct cms_kit *s) { scratch_remove(s->dir.path); }

int cms_kit_setup(void **state) {
    static struct cms_kit kit;
    cms_kit_open(&kit);
    *state = &kit;
    return 0;
}

int cms_kit_teardown(void **state) {
    cms_kit_close(*state);
    return 0;
}

struct buffer cms_kit_read(const struct cms_kit *s, const char *name) {
    return scratch_read(scratch_below(&s->dir, name).path);
}

void cms_kit_write(const struct cms_kit *s, const char *name, struct cm_slice bytes) {
    scratch_write(scratch_below(&s->dir, name).path, bytes);
}

struct recipient *cms_kit_cert(const struct cms_kit *s, const char *name) {
    char file[40];
    (void)snprintf(file, sizeof file, "%.30s.crt", name);
    struct buffer pem = cms_kit_read(s, file);
    struct recipient *r = NULL;
    assert_ok(recipient_from_cert(buffer_slice(&pem), (uint64_t)time(NULL), false, &r, NULL));
    buffer_free(&pem);
    return r;
}

struct recipient_key *cms_kit_key(const struct cms_kit *s, const char *name) {
    char file[40];
    (void)snprintf(file, sizeof file, "%.30s.key", name);
    struct buffer pem = cms_kit_read(s, file);
    struct recipient_key *k = NULL;
    assert_ok(recipient_key_from(buffer_slice(&pem), NULL, &k, NULL));
    buffer_wipe(&pem);
    return k;
}
