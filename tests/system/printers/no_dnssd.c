/* Loaded in front of ippeveprinter: its announcement by DNS-SD goes nowhere, so that a test needs
 * neither a message bus nor root. It stands for the six functions of libavahi-client that ippeve-
 * printer calls before it looks at `-r off`; all else of it is the real program. */
#include <stddef.h>

#define SHOWN __attribute__((visibility("default")))

SHOWN void *avahi_threaded_poll_new(void);
SHOWN const void *avahi_threaded_poll_get(void *poll);
SHOWN void *avahi_client_new(const void *poll, int flags, void *callback, void *ctx, int *error);
SHOWN int avahi_threaded_poll_start(void *poll);
SHOWN void avahi_threaded_poll_lock(void *poll);
SHOWN void avahi_threaded_poll_unlock(void *poll);

static int somewhere; /* an address that is not NULL is all that is asked of them */

void *avahi_threaded_poll_new(void) { return &somewhere; }
const void *avahi_threaded_poll_get(void *poll) { return poll; }

void *avahi_client_new(const void *poll, int flags, void *callback, void *ctx, int *error) {
    (void)poll;
    (void)flags;
    (void)callback;
    (void)ctx;
    if (error != NULL) *error = 0;
    return &somewhere;
}

int avahi_threaded_poll_start(void *poll) { return poll == NULL; }
void avahi_threaded_poll_lock(void *poll) { (void)poll; }
void avahi_threaded_poll_unlock(void *poll) { (void)poll; }
