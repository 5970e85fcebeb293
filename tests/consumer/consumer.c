/* A stranger's program against the installed library: includes a public header, calls a public
 * function, and fails when the library answers otherwise than its contract says. */
#include <countermark/error.h>

#include <stdio.h>
#include <string.h>

int main(void) {
    const char *name = cm_err_name(CM_E_NO_SPACE);
    (void)puts(name);
    return strcmp(name, "no space left") == 0 ? 0 : 1;
}
