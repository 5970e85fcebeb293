/* One datagram to $NOTIFY_SOCKET; '@' stands for the abstract name space. Source: sd_notify(3). */
#include "sandbox/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool notify_send(const char *state) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody here ever changes the environment
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (path == NULL || (path[0] != '/' && path[0] != '@')) return false;
    const size_t len = strlen(path);
    if (len >= sizeof to.sun_path) return false;
    memcpy(to.sun_path, path, len);
    if (path[0] == '@') to.sun_path[0] = '\0';
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    const socklen_t to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    const ssize_t n =
        sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to, to_len);
    (void)close(fd);
    return n >= 0;
}
