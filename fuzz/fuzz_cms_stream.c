/* Fuzz target for sealed files: whom they are for, re-addressing, opening. The key is the one that
 * the corpus was sealed to. Whatever opens was signed by the pinned signer, and what is
 * re-addressed keeps everything behind its recipients. */
#include "fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "crypto/ber.h"
#include "crypto/cms_stream.h"
#include "crypto/p256.h"
#include "crypto/secret.h"

struct own {
    struct recipient *to;
    struct recipient_key *key;
    struct buffer signer;
};

static const struct own *own_keys(void) {
    static struct own own;
    static const struct cm_key hold = {{2}}, sign = {{1}};
    if (own.key != NULL) return &own;
    fuzz_require(crypto_init() == CM_OK);
    fuzz_require(p256_hold(&hold, &own.to, &own.key) == CM_OK);
    fuzz_require(p256_certificate(&sign, "fuzz", 1600000000, 2600000000, &own.signer) == CM_OK);
    return &own;
}

static void walk(struct cm_slice bytes) {
    struct ber_reader r;
    uint8_t piece[64];
    size_t n = 1;
    ber_begin(&r, ber_memory(&bytes));
    ber_enter(&r, BER_SEQUENCE, NULL);
    ber_string_begin(&r, BER_OCTETS, BER_PIECES);
    while (n > 0)
        ber_string_next(&r, piece, sizeof piece, &n);
    ber_leave(&r);
    (void)!ber_end(&r);
}

static void open_all(const struct own *own, int fd) {
    struct cms_opener *o = NULL;
    uint8_t out[512];
    size_t n = 1;
    if (cms_opener_open(fd, own->key, buffer_slice(&own->signer), &o, NULL) != CM_OK) return;
    while (n > 0)
        fuzz_require(cms_opener_read(o, out, sizeof out, &n, NULL) == CM_OK);
    cms_opener_close(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    const struct own *own = own_keys();
    const struct recipient *const to[] = {own->to};
    struct cms_sealed sealed;
    size_t recipients = 0;
    bool found = false;
    walk(slice_of(data, len));
    const int in = memfd_create("sealed", MFD_CLOEXEC), out = memfd_create("again", MFD_CLOEXEC);
    fuzz_require(in >= 0 && out >= 0);
    fuzz_require(write(in, data, len) == (ssize_t)len);
    if (cms_addressed(in, own->to, &recipients, &found, NULL) == CM_OK)
        fuzz_require(!found || recipients > 0);
    if (cms_readdress(in, own->key, to, 1, out, &sealed, NULL) == CM_OK) {
        fuzz_require(cms_addressed(out, own->to, &recipients, &found, NULL) == CM_OK);
        fuzz_require(found && recipients == 1);
    }
    open_all(own, in);
    (void)close(in);
    (void)close(out);
    return 0;
}
