/* The escrow text: one "name: value" a line in fixed order, an empty line, the document.
 * The reader takes exactly what the writer makes, so that there is one spelling of a key. */
#include "crypto/escrow.h"

#include <string.h>

#include "base/text.h"
#include "crypto/cms.h"
#include "crypto/hash.h"

static const char first_line[] = "countermark escrow 1\n";

static const char *const kind_names[] = {NULL,          "scheme",     "pool",  "brand", "audit",
                                         "idempotency", "pseudonym",  "alias", "api",   "legacy",
                                         "order-sign",  "order-hold", "prize"};
static const char *const state_names[] = {NULL, "issue", "verify", "destroyed"};

void escrow_wipe(struct escrow *e) {
    secret_free(e->key);
    secret_wipe(&e->content);
    *e = (struct escrow)ESCROW_INIT;
}

static void put_line(struct buffer *b, const char *name, const char *value) {
    buffer_text(b, name);
    buffer_text(b, ": ");
    buffer_text(b, value);
    buffer_u8(b, '\n');
}

static void put_number(struct buffer *b, const char *name, uint64_t value) {
    buffer_printf(b, "%s: %llu\n", name, (unsigned long long)value);
}

static void put_hex(struct buffer *b, const char *name, const uint8_t bytes[32]) {
    char hex[2 * 32 + 1];
    hex_format(bytes, 32, hex);
    put_line(b, name, hex);
    wipe(hex, sizeof hex);
}

static bool find_info(const struct keystore *ks, enum key_kind kind, uint32_t id, uint8_t version,
                      struct key_info *info) {
    for (size_t i = 0; i < keystore_n(ks); i++) {
        *info = keystore_at(ks, i);
        if (info->kind == kind && info->id == id && info->version == version) return true;
    }
    return false;
}

cm_err escrow_export(const struct keystore *ks, enum key_kind kind, uint32_t id, uint8_t version,
                     struct cm_slice document, const struct recipient *to, struct buffer *der) {
    if (document.len > ESCROW_DOCUMENT_MAX) return CM_E_RANGE;
    const struct cm_key *key = NULL;
    struct key_info info;
    TRY(keystore_find(ks, kind, id, version, &key));
    if (!find_info(ks, kind, id, version, &info)) return CM_E_NOT_FOUND;
    struct hash256 sum;
    hash_sha256(document, &sum);
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    buffer_text(&text, first_line);
    put_line(&text, "kind", kind_names[info.kind]);
    put_number(&text, "id", info.id);
    put_number(&text, "version", info.version);
    put_line(&text, "state", state_names[info.state]);
    put_number(&text, "created-unix-s", info.created_unix_s);
    put_hex(&text, "key", key->b);
    put_number(&text, "document-bytes", document.len);
    put_hex(&text, "document-sha256", sum.b);
    buffer_u8(&text, '\n');
    buffer_put(&text, document.p, document.len);
    TRY(buffer_err(&text));
    return cms_seal(to, buffer_slice(&text), der);
}

/* The text's lines; a failure sticks, as in struct cursor. */
struct lines {
    struct cm_slice rest;
    bool failed;
};

static struct cm_slice next_value(struct lines *l, const char *name) {
    const uint8_t *end = l->rest.len > 0 ? memchr(l->rest.p, '\n', l->rest.len) : NULL;
    const size_t name_len = strlen(name);
    const size_t len = end != NULL ? (size_t)(end - l->rest.p) : 0;
    l->failed = l->failed || end == NULL || len < name_len + 2 ||
                !slice_equal(slice_of(l->rest.p, name_len), slice_text(name)) ||
                !slice_equal(slice_of(l->rest.p + name_len, 2), slice_text(": "));
    if (l->failed) return slice_of(NULL, 0);
    const struct cm_slice value = slice_of(l->rest.p + name_len + 2, len - name_len - 2);
    l->rest = slice_of(end + 1, l->rest.len - len - 1);
    return value;
}

static uint64_t next_number(struct lines *l, const char *name, uint64_t max) {
    uint64_t v = 0;
    if (text_u64(next_value(l, name), max, &v) != CM_OK) l->failed = true;
    return v;
}

static unsigned next_name(struct lines *l, const char *name, const char *const *names, unsigned n) {
    const struct cm_slice value = next_value(l, name);
    for (unsigned i = 1; i < n && !l->failed; i++)
        if (slice_equal(value, slice_text(names[i]))) return i;
    l->failed = true;
    return 0;
}

static void next_hex(struct lines *l, const char *name, uint8_t out[32]) {
    if (hex_parse(next_value(l, name), out, 32) != CM_OK) l->failed = true;
}

static cm_err check_first_line(struct cm_slice text, struct cm_diag *diag) {
    const size_t len = sizeof first_line - 1;
    const size_t words = len - 2; /* without the number and the line end */
    if (text.len < len || !slice_equal(slice_of(text.p, words), slice_of(first_line, words)))
        return diag_fail(diag, CM_E_FORMAT, "escrow", NULL, "check that it is the right file",
                         "sealed to this key, but not an escrow text");
    if (!slice_equal(slice_of(text.p, len), slice_of(first_line, len)))
        return diag_fail(diag, CM_E_VERSION, "escrow", NULL, "update countermark",
                         "an escrow text of another version");
    return CM_OK;
}

cm_err escrow_parse(struct secret *content, struct escrow *out, struct cm_diag *diag) {
    const struct cm_slice text = secret_slice(content);
    TRY(check_first_line(text, diag));
    ESCROW_SCOPED struct escrow e = ESCROW_INIT;
    void *key = NULL;
    TRY(secret_alloc(sizeof *e.key, &key, diag));
    e.key = key;
    const size_t skip = sizeof first_line - 1;
    struct lines l = {.rest = slice_of(text.p + skip, text.len - skip)};
    e.info.kind = (enum key_kind)next_name(&l, "kind", kind_names, CM_ARRAY_N(kind_names));
    e.info.id = (uint32_t)next_number(&l, "id", UINT32_MAX);
    e.info.version = (uint8_t)next_number(&l, "version", UINT8_MAX);
    e.info.state = (enum key_state)next_name(&l, "state", state_names, KEY_DESTROYED);
    e.info.created_unix_s = next_number(&l, "created-unix-s", INT64_MAX);
    e.info.changed_unix_s = e.info.created_unix_s;
    next_hex(&l, "key", e.key->b);
    const uint64_t len = next_number(&l, "document-bytes", ESCROW_DOCUMENT_MAX);
    struct hash256 want = {{0}}, sum;
    next_hex(&l, "document-sha256", want.b);
    if (l.failed || l.rest.len != len + 1 || l.rest.p[0] != '\n')
        return diag_fail(diag, CM_E_FORMAT, "escrow", NULL, "ask for the file again",
                         "the text does not have the lines of an escrow");
    e.document = slice_of(l.rest.p + 1, (size_t)len);
    hash_sha256(e.document, &sum);
    if (!slice_equal(slice_of(sum.b, HASH_LEN), slice_of(want.b, HASH_LEN)))
        return diag_fail(diag, CM_E_FORMAT, "escrow", "document", "ask for the file again",
                         "the document does not match its hash");
    e.content = *content;
    *content = (struct secret)SECRET_INIT;
    *out = e;
    e = (struct escrow)ESCROW_INIT;
    return CM_OK;
}

cm_err escrow_import(const struct recipient_key *key, struct cm_slice message, struct escrow *out,
                     struct cm_diag *diag) {
    SECRET_SCOPED struct secret content = SECRET_INIT;
    const cm_err err = cms_open(key, message, &content, diag);
    if (err != CM_OK) {
        diag_locate(diag, "escrow", NULL);
        return err;
    }
    return escrow_parse(&content, out, diag);
}
