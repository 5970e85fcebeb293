/* Tells the service manager that started us how we are: sd_notify(3) without its library. */
#ifndef CM_SANDBOX_NOTIFY_H
#define CM_SANDBOX_NOTIFY_H

#include <stdbool.h>

/* "READY=1", "STOPPING=1", "STATUS=...". False when nobody wants to know, or it could not be told;
 * a service runs on either way. */
bool notify_send(const char *state);

#endif
