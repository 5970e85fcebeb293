/* A real vault on real sockets, in a thread of the test: a world with one open batch, and the API
 * keys "reader" (11, verify) and "till" (12, redeem). Fails the running test when it cannot. */
#ifndef CM_TESTS_SUPPORT_VAULT_SERVICE_H
#define CM_TESTS_SUPPORT_VAULT_SERVICE_H

#include <pthread.h>

#include "engine/channel.h"
#include "support/world.h"
#include "vault/vault.h"

#define VAULT_SERVICE_UNITS    100u
#define VAULT_SERVICE_PATH_CAP 160u

struct vault_service {
    struct world world;
    struct vault_options options;
    char paths[VAULT_DOOR_N][VAULT_SERVICE_PATH_CAP];
    int stop[2];
    pthread_t thread;
    uint32_t batch; /* of VAULT_SERVICE_UNITS codes, all issued, open */
};

void vault_service_start(struct vault_service *s, struct vault_limits limits);
void vault_service_finish(struct vault_service *s);
/* A socket connected to one of its paths. */
int vault_service_connect(const char *path);
/* The next frame that the vault sends. */
void vault_service_next(struct channel *c, struct frame *frame);

#endif
