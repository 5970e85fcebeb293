/* Fuzz target for the text inside an escrow message and for typed recovery words: what parses has
 * its document inside the text, and words that are taken are written again the same. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "crypto/escrow.h"

static void try_escrow(struct cm_slice text) {
    SECRET_SCOPED struct secret content = SECRET_INIT;
    if (text.len == 0 || secret_init(&content, text.len, NULL) != CM_OK) return;
    memcpy(content.p, text.p, text.len);
    ESCROW_SCOPED struct escrow e = ESCROW_INIT;
    if (escrow_parse(&content, &e, NULL) != CM_OK) return;
    fuzz_require(content.p == NULL && e.key != NULL);
    fuzz_require(e.document.p >= e.content.p);
    fuzz_require(e.document.p + e.document.len == e.content.p + e.content.len);
}

static void try_words(struct cm_slice typed) {
    CM_KEY_SCOPED struct cm_key key;
    CM_KEY_SCOPED struct cm_key again;
    if (words_to_key(typed, &key, NULL) != CM_OK) return;
    WORDS_SCOPED struct words_text text;
    words_from_key(&key, &text);
    fuzz_require(words_to_key(slice_text(text.text), &again, NULL) == CM_OK);
    fuzz_require(secret_equal(key.b, again.b, sizeof key.b));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    fuzz_require(crypto_init() == CM_OK);
    try_escrow(slice_of(data, len));
    try_words(slice_of(data, len));
    return 0;
}
