/* Ctrl-C and SIGTERM for commands that write files: the signals are held back and asked for at safe
 * points, so that nothing half-made is left. Held before any thread is made: all inherit it. */
#ifndef CM_CLI_INTERRUPT_H
#define CM_CLI_INTERRUPT_H

#include <stdbool.h>

void interrupt_hold(void);
/* Whether one has come since; only after interrupt_hold. */
bool interrupt_came(void);

#endif
