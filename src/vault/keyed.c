/* The fence before the acts. References as in keyed.h. */
#include "vault/keyed.h"

#include "base/macros.h"
#include "vault/acts.h"
#include "wire/note_frame.h"

struct keyed_row {
    const char *act;
    bool line; /* a line computer may, too */
};
static const struct keyed_row rows[] = {
    {"run.list", false}, {"run.show", false},   {"run.start", false}, {"run.pause", false},
    {"run.stop", false}, {"run.resume", false}, {"run.close", false}, {"run.verify", false},
    {"run.void", false}, {"run.recall", false}, {"run.report", true}};

static bool may(const struct key_row *key, struct cm_slice act) {
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++)
        if (slice_equal(slice_text(rows[i].act), act))
            return key->role == KEY_ROLE_ADMIN || (rows[i].line && key->role == KEY_ROLE_LINE);
    return false;
}

cm_err keyed_act(const struct vault_options *o, struct gate *gate, struct run_live *live,
                 const struct frame *frame, struct buffer *result, struct cm_diag *diag) {
    struct keyed_act_frame asked;
    TRY(keyed_act_decode(frame->body, &asked));
    const struct key_row *key = gate_key(gate, asked.actor);
    if (key == NULL || !may(key, asked.name)) return CM_E_DENIED;
    struct act_context ctx = {.engine = o->engine,
                              .keystore = o->keystore,
                              .workspace = o->workspace,
                              .actor = asked.actor,
                              .holder = HOLDER_DAEMON,
                              .live = live,
                              .keyed = true,
                              .test = key->test,
                              .brand = key->brand};
    return act_run(&ctx, asked.name, asked.args_json, result, diag);
}
