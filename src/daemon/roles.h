/* What the supervisor's children do: each is a function that runs in a forked process, raises its
 * fences, serves, and returns an exit code. */
#ifndef CM_DAEMON_ROLES_H
#define CM_DAEMON_ROLES_H

#include "daemon/arguments.h"
#include "engine/workspace.h"
#include "sandbox/fence.h"

enum exit_code { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_FAULT = 3 };

/* Descriptors that a child keeps; everything else above standard error is closed. */
struct role_fds {
    int stop;          /* readable when it is time to end */
    int ready;         /* vault: one byte when it serves */
    int listener;      /* edge */
    int verify, issue; /* edge: connected to the vault */
    int line;          /* line: connected to the vault */
    int vault[VAULT_DOOR_N];
};

struct role_context {
    const struct daemon_options *options;
    const struct workspace_paths *paths;
    const char *tls_certificate, *tls_key; /* PEM texts or NULL */
    struct buffer *tls_secret;             /* holds tls_key: all but the edge wipe their copy */
    struct role_fds fds;
};

/* A child's beginning: close every descriptor from 3 on that is not kept (`keep` is sorted), and
 * let nothing but the supervisor end it. */
void role_begin(int *keep, size_t n);
/** Files, then calls; a kernel without Landlock is said in the log. @retval as fence_calls */
CM_MUST_CHECK cm_err role_fences(enum fence_role role, const struct fence_folder *folders, size_t n,
                                 struct cm_diag *diag);
int role_vault(const struct role_context *c);
int role_edge(const struct role_context *c);
int role_line(const struct role_context *c); /* role_line.c */
/* One line to people on standard error: "countermarkd: input: place: problem; remedy". */
void role_complain(cm_err err, const struct cm_diag *diag);

#endif
