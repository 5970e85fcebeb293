/* Look-ups in the keystore; what is missing is made and saved before it is used once. */
#include "vault/order_keys.h"

#define KEY_ID      0u
#define KEY_VERSION 1u

static cm_err one(struct keystore *ks, enum key_kind kind, uint64_t now_unix_s, bool *made,
                  struct cm_diag *diag) {
    const struct cm_key *key = NULL;
    const cm_err err = keystore_find(ks, kind, KEY_ID, KEY_VERSION, &key);
    if (err == CM_E_STATE)
        return diag_fail(diag, err, "keystore", NULL, "restore the keystore from a backup",
                         "a key that orders are signed or held with was destroyed");
    if (err != CM_E_NOT_FOUND) return err;
    TRY(keystore_generate(ks, kind, KEY_ID, KEY_VERSION, now_unix_s));
    *made = true;
    return CM_OK;
}

cm_err order_keys(struct keystore *keystore, uint64_t now_unix_s, struct order_keys *out,
                  struct cm_diag *diag) {
    bool made = false;
    struct order_keys keys = {.sign = NULL};
    TRY(one(keystore, KEY_ORDER_SIGN, now_unix_s, &made, diag));
    TRY(one(keystore, KEY_ORDER_HOLD, now_unix_s, &made, diag));
    if (made) TRY(keystore_save(keystore, diag));
    TRY(keystore_find(keystore, KEY_ORDER_SIGN, KEY_ID, KEY_VERSION, &keys.sign));
    TRY(keystore_find(keystore, KEY_ORDER_HOLD, KEY_ID, KEY_VERSION, &keys.hold));
    TRY(keystore_find(keystore, KEY_AUDIT, KEY_ID, KEY_VERSION, &keys.manifest));
    *out = keys;
    return CM_OK;
}
