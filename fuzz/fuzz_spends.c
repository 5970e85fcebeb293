/* Fuzz target for what devices hand in: a spends file, entry by entry and with damage passed over,
 * a revocation list, and the ledger's document of spends. Any bytes are taken or refused; what is
 * taken is laid out again byte by byte the same; each byte of a file is in exactly one piece. */
#include "fuzz/fuzz.h"

#include <stdlib.h>

#include "crypto/secret.h"
#include "engine/spends.h"
#include "pass/spends_scan.h"
#include "wire/revocation.h"

static const struct cm_key seed = {{0x55, 0xAA}}; /* that signed the corpus */

static void entries(struct cm_slice bytes) {
    struct cm_slice rest = bytes;
    struct spend_read read;
    while (rest.len > 0 && spend_take(&rest, &read) == CM_OK) {
        struct sign_public key;
        struct buffer made = BUFFER_INIT;
        sign_public_of(&seed, &key);
        if (spend_check(&read, &key) == CM_OK) {
            fuzz_require(spend_make(&seed, &read.entry, &made) == CM_OK);
            fuzz_require(slice_equal(buffer_slice(&made), read.bytes));
        }
        buffer_free(&made);
    }
}

static void scan(struct cm_slice bytes) {
    struct spends_scan s = {.name = "fuzz", .file = bytes, .salvage = true};
    struct spends_piece piece = {.kind = PIECE_ENTRY};
    size_t at = 0;
    sign_public_of(&seed, &s.device);
    while (piece.kind != PIECE_END) {
        fuzz_require(spends_scan_next(&s, &piece, NULL) == CM_OK);
        fuzz_require(piece.at == at);
        at += piece.bytes.len;
    }
    fuzz_require(at == bytes.len);
}

static void list(struct cm_slice bytes) {
    struct revocation_list read;
    struct cose_sign1 cose;
    struct sign_public key;
    struct buffer made = BUFFER_INIT;
    if (revocation_read(bytes, &read, &cose) != CM_OK) return;
    for (size_t i = 0; i < revocation_n(&read); i++)
        fuzz_require(revocation_has(&read, read.ctis.p + i * SPEND_CTI_LEN));
    sign_public_of(&seed, &key);
    if (cose_sign1_check(&cose, &key) == CM_OK) {
        fuzz_require(revocation_make(&seed, &read, &made) == CM_OK);
        fuzz_require(slice_equal(buffer_slice(&made), bytes));
    }
    buffer_free(&made);
}

static void document(struct cm_slice bytes) {
    struct spends_part part, again;
    struct buffer made = BUFFER_INIT, twice = BUFFER_INIT;
    if (spends_part_read(bytes, &part, NULL) != CM_OK) return;
    spends_part_write(&part, &made);
    fuzz_require(buffer_err(&made) == CM_OK);
    fuzz_require(spends_part_read(buffer_slice(&made), &again, NULL) == CM_OK);
    spends_part_write(&again, &twice);
    fuzz_require(slice_equal(buffer_slice(&made), buffer_slice(&twice)));
    free(part.rows);
    free(part.firsts);
    free(again.rows);
    free(again.firsts);
    buffer_free(&made);
    buffer_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    const struct cm_slice bytes = slice_of(data, len);
    fuzz_require(crypto_init() == CM_OK);
    entries(bytes);
    scan(bytes);
    list(bytes);
    document(bytes);
    return 0;
}
