/* Finding a free number. */
#include "vault/set_number.h"

static cm_err next_set_read(void *ctx, const struct registry *r) {
    *(uint32_t *)ctx = r->set_n > 0 ? r->set_n : 1;
    return CM_OK;
}

cm_err set_number_free(struct cm_engine *engine, const struct keystore *keystore, uint32_t *out) {
    uint32_t id = 0;
    TRY(engine_read(engine, next_set_read, &id));
    for (size_t i = 0; i < keystore_n(keystore); i++) {
        const struct key_info k = keystore_at(keystore, i);
        if ((k.kind == KEY_POOL || k.kind == KEY_LEGACY) && k.id >= id) id = k.id + 1;
    }
    *out = id;
    return CM_OK;
}
