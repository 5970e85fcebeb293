/* A vault in a thread, and raw connections to it. References as in vault_service.h. */
#include "support/vault_service.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/remote.h"
#include "support/cm.h"

static void *serve(void *service) {
    const struct vault_service *s = service;
    return vault_run(&s->options, NULL) == CM_OK ? NULL : service;
}

static int listen_at(const char *path) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    (void)snprintf(at.sun_path, sizeof at.sun_path, "%.100s", path);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 16), 0);
    return fd;
}

static void api_key(struct vault_service *s, uint32_t id, const char *name, const char *role) {
    char text[400];
    (void)snprintf(text, sizeof text,
                   "{\"name\":\"%s\",\"brand\":0,\"door\":1,\"mode\":\"TEST\",\"role\":\"%s\","
                   "\"hash\":\"%064x\",\"revoked\":false}",
                   name, role, id);
    world_document(&s->world, DOCUMENT_API_KEY, id, slice_text(text));
}

void vault_service_start(struct vault_service *s, struct vault_limits limits) {
    static const char *const names[VAULT_DOOR_N] = {SOCKET_VERIFY, SOCKET_ISSUE, SOCKET_ADMIN,
                                                    SOCKET_LINE};
    world_make(&s->world, 12, 100000);
    s->batch = world_batch(&s->world, VAULT_SERVICE_UNITS, true);
    api_key(s, 11, "reader", "verify");
    api_key(s, 12, "till", "redeem");
    s->options = (struct vault_options){.engine = s->world.engine,
                                        .keystore = s->world.keystore,
                                        .workspace = s->world.dir,
                                        .limits = limits};
    for (unsigned i = 0; i < VAULT_DOOR_N; i++) {
        (void)snprintf(s->paths[i], VAULT_SERVICE_PATH_CAP, "%s/%s", s->world.dir, names[i]);
        s->options.listeners[i] = listen_at(s->paths[i]);
    }
    assert_int_equal(pipe(s->stop), 0);
    s->options.stop_fd = s->stop[0];
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

void vault_service_finish(struct vault_service *s) {
    void *failed = NULL;
    (void)close(s->stop[1]);
    assert_int_equal(pthread_join(s->thread, &failed), 0);
    assert_null(failed);
    (void)close(s->stop[0]);
    world_remove(&s->world);
}

int vault_service_connect(const char *path) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    (void)snprintf(at.sun_path, sizeof at.sun_path, "%.100s", path);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

void vault_service_next(struct channel *c, struct frame *frame) {
    cm_err err = channel_next(c, frame);
    while (err == CM_E_TRUNCATED && !c->ended) {
        assert_ok(channel_read(c));
        err = channel_next(c, frame);
    }
    assert_ok(err);
}
