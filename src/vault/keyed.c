/* The fence before the acts. References as in keyed.h. */
#include "vault/keyed.h"

#include "base/clock.h"
#include "base/macros.h"
#include "vault/acts.h"
#include "wire/note_frame.h"

#define MAY(role) (1u << (role))
#define SELLERS   (MAY(KEY_ROLE_TILL) | MAY(KEY_ROLE_DESK))

struct keyed_row {
    const char *act;
    unsigned roles; /* who may beside an admin */
    bool guess;     /* what is not found was a guess */
};
static const struct keyed_row rows[] = {{"run.list", 0, false},
                                        {"run.show", 0, false},
                                        {"run.start", 0, false},
                                        {"run.pause", 0, false},
                                        {"run.stop", 0, false},
                                        {"run.resume", 0, false},
                                        {"run.close", 0, false},
                                        {"run.verify", 0, false},
                                        {"run.void", 0, false},
                                        {"run.recall", 0, false},
                                        {"card.show", SELLERS, true},
                                        {"card.history", SELLERS, true},
                                        {"run.report", MAY(KEY_ROLE_LINE), false}};

/* The row of an act that the key may ask for, or NULL. */
static const struct keyed_row *row_for(const struct key_row *key, struct cm_slice act) {
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++)
        if (slice_equal(slice_text(rows[i].act), act))
            return (rows[i].roles | MAY(KEY_ROLE_ADMIN)) & MAY(key->role) ? &rows[i] : NULL;
    return NULL;
}

cm_err keyed_act(const struct vault_options *o, struct gate *gate, struct run_live *live,
                 const struct frame *frame, struct buffer *result, struct cm_diag *diag) {
    struct keyed_act_frame asked;
    TRY(keyed_act_decode(frame->body, &asked));
    const struct key_row *key = gate_key(gate, asked.actor);
    const struct keyed_row *row = key != NULL ? row_for(key, asked.name) : NULL;
    if (row == NULL) return CM_E_DENIED;
    const uint64_t now_us = clock_monotonic_us();
    if (row->guess && gate_caller_is_busy(gate, asked.actor, now_us)) return CM_E_BUSY;
    struct act_context ctx = {.engine = o->engine,
                              .keystore = o->keystore,
                              .workspace = o->workspace,
                              .actor = asked.actor,
                              .holder = HOLDER_DAEMON,
                              .live = live,
                              .keyed = true,
                              .test = key->test,
                              .brand = key->brand,
                              .door = key->door};
    const cm_err err = act_run(&ctx, asked.name, asked.args_json, result, diag);
    if (row->guess && err == CM_E_NOT_FOUND) gate_charge_caller(gate, asked.actor, 1, now_us);
    return err;
}
