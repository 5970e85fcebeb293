/* An office for tests of imports: a world (world.h) with a brand, and acts in process. */
#ifndef CM_TESTS_SUPPORT_IMPORT_OFFICE_H
#define CM_TESTS_SUPPORT_IMPORT_OFFICE_H

#include "support/cm.h"

#include <string.h>

#include "base/buffer.h"
#include "support/world.h"
#include "vault/acts.h"

struct office {
    struct world w;
    struct import_desk desk;
    struct buffer out; /* what the last act said */
};

static inline cm_err act(struct office *o, const char *name, const char *args,
                         struct cm_diag *diag) {
    struct act_context ctx = {.engine = o->w.engine,
                              .keystore = o->w.keystore,
                              .workspace = o->w.dir,
                              .imports = &o->desk};
    buffer_clear(&o->out);
    return act_run(&ctx, slice_text(name), slice_text(args), &o->out, diag);
}

static inline void must(struct office *o, const char *name, const char *args) {
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = act(o, name, args, &diag);
    if (err != CM_OK) fail_msg("%s: %s: %s", name, cm_err_name(err), diag.problem);
}

static inline bool told(struct office *o, const char *part) {
    return strstr(buffer_cstr(&o->out), part) != NULL;
}

#define assert_told(o, part)                                                                       \
    do {                                                                                           \
        if (!told(o, part)) fail_msg("'%s' is not in %s", part, buffer_cstr(&(o)->out));           \
    } while (0)

static inline void office_open(struct office *o) {
    *o = (struct office){.out = BUFFER_INIT};
    world_make(&o->w, 12, 100000);
    world_document(&o->w, DOCUMENT_BRAND, 1, slice_text("{\"name\":\"house\"}"));
}

static inline void office_close(struct office *o) {
    import_desk_wipe(&o->desk);
    world_remove(&o->w);
    buffer_free(&o->out);
}

/* Rows as the command line sends them; \\t and \\n are JSON's. */
static inline void rows(struct office *o, const char *text) {
    char args[2048];
    (void)snprintf(args, sizeof args, "{\"job\":%u,\"rows\":\"%s\"}", o->desk.number, text);
    must(o, "import.rows", args);
}

static inline void check(struct office *o) {
    char args[64];
    (void)snprintf(args, sizeof args, "{\"job\":%u}", o->desk.number);
    do
        must(o, "import.check", args);
    while (told(o, "\"done\":false"));
}

static inline cm_err try_commit(struct office *o, const char *more, struct cm_diag *diag) {
    char args[96];
    cm_err err = CM_OK;
    (void)snprintf(args, sizeof args, "{\"job\":%u%s}", o->desk.number, more);
    do
        err = act(o, "import.commit", args, diag);
    while (err == CM_OK && told(o, "\"done\":false"));
    return err;
}

static inline void commit(struct office *o) {
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = try_commit(o, "", &diag);
    if (err != CM_OK) fail_msg("commit: %s: %s", cm_err_name(err), diag.problem);
}

/* All of it: begin with these arguments, these rows, behind the door, opened. */
static inline void import_all(struct office *o, const char *name, const char *begin,
                              const char *text) {
    char args[128];
    must(o, "import.begin", begin);
    rows(o, text);
    check(o);
    commit(o);
    (void)snprintf(args, sizeof args, "{\"door\":\"front\",\"list\":\"%s\"}", name);
    must(o, "door.import", args);
    (void)snprintf(args, sizeof args, "{\"batch\":\"%s\"}", name);
    must(o, "batch.open", args);
}

static inline enum cm_verdict redeem(struct office *o, const char *code) {
    return world_ask(&o->w, CM_OP_REDEEM, code, NULL, 1).verdict;
}

#endif
