/* Fuzz target for tickets and trust files: any bytes are taken or refused; a text that is taken is
 * the only one of its message, claims that are read are written again byte by byte the same, and
 * nothing is valid that the known seed did not sign. The first byte chooses what is read. */
#include "fuzz/fuzz.h"

#include "crypto/secret.h"
#include "pass/ticket_check.h"

#define NOW 1795000000u

static void read_claims(struct cm_slice bytes) {
    struct ticket_claims claims;
    struct buffer again = BUFFER_INIT;
    if (ticket_claims_read(bytes, &claims) != CM_OK) return;
    fuzz_require(ticket_claims_write(&claims, &again) == CM_OK);
    fuzz_require(slice_equal(buffer_slice(&again), bytes));
    buffer_free(&again);
}

static void read_text(struct cm_slice text) {
    static const struct cm_key seed = {{0x55, 0xAA}};
    struct ticket_message m;
    struct ticket_judged judged;
    struct ticket_key key = {.iss = "ACME", .not_after_unix_s = UINT64_MAX};
    if (ticket_open(text, &m) != CM_OK) return;
    fuzz_require(m.len <= TICKET_BYTES_MAX && ticket_text_is(text));
    read_claims(m.cose.payload);
    sign_public_of(&seed, &key.public_key);
    cose_kid(&key.public_key, key.kid);
    fuzz_require(ticket_judge(&m, &key, 1, NOW, &judged) == CM_OK);
    if (judged.key == NULL || !judged.has_claims) return;
    /* The corpus has a ticket that this seed has signed: these very claims and no others. */
    struct buffer made = BUFFER_INIT;
    struct ticket_message again;
    fuzz_require(ticket_make(&seed, &judged.claims, &made) == CM_OK);
    fuzz_require(ticket_open(buffer_slice(&made), &again) == CM_OK);
    fuzz_require(again.len == m.len && memcmp(again.bytes, m.bytes, m.len) == 0);
    buffer_free(&made);
}

static void read_trust(struct cm_slice bytes) {
    struct trust t;
    if (trust_read(bytes, "file", &t, NULL) != CM_OK) return;
    fuzz_require(t.n > 0 && t.n <= TRUST_KEYS_MAX);
    fuzz_require(t.signer >= t.keys && t.signer < t.keys + t.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    fuzz_require(crypto_init() == CM_OK);
    if (len == 0) return 0;
    const struct cm_slice rest = slice_of(data + 1, len - 1);
    switch (data[0] % 3) {
    case 0: read_text(rest); break;
    case 1: read_claims(rest); break;
    case 2:
    default: read_trust(rest); break;
    }
    return 0;
}
