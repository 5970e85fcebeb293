/* A manifest for people (ORDER.txt) and for programs without CBOR (manifest.json). Both are made
 * from the manifest alone and say nothing more, so that order verify can make them again. Every
 * word belongs to the manifest's version: another word, and folders made before are told changed.
 */
#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "doc/json_write.h"
#include "order/manifest.h"

const char *manifest_role_name(enum manifest_role role) {
    switch (role) {
    case MANIFEST_NUMBERS: return "numbers";
    case MANIFEST_PINS: return "pins";
    case MANIFEST_IMAGES: return "images";
    case MANIFEST_LAYOUT: return "layout";
    case MANIFEST_SIGNER: return "signer";
    default: return "unknown";
    }
}

static const char *kind_name(enum manifest_kind kind) {
    return kind == MANIFEST_CARDS ? "cards" : "codes";
}

static void put_hex(struct json_writer *w, const char *key, struct cm_slice bytes) {
    char hex[2 * HASH_LEN + 1] = "";
    if (bytes.len <= HASH_LEN) hex_format(bytes.p, bytes.len, hex);
    json_put_cstr(w, key, hex);
}

static void put_sum(struct json_writer *w, const char *key, const struct hash256 *sum) {
    put_hex(w, key, slice_of(sum->b, HASH_LEN));
}

/* Numbers that may pass 2^53 are texts: json_write.h. */
static void put_big(struct json_writer *w, const char *key, uint64_t value) {
    char digits[DECIMAL_CAP];
    const size_t len = decimal_format(value, digits);
    json_put_text(w, key, slice_of(digits, len));
}

static void put_lists(struct json_writer *w, const struct manifest *m) {
    json_array_begin(w, "files");
    for (size_t i = 0; i < m->files_n; i++) {
        const struct manifest_file *f = &m->files[i];
        json_object_begin(w, NULL);
        json_put_text(w, "name", f->name);
        json_put_cstr(w, "role", manifest_role_name(f->role));
        json_put_u64(w, "bytes", f->len);
        put_sum(w, "sha256", &f->sha256);
        json_put_u64(w, "records", f->records);
        put_big(w, "hash_total", f->hash_total);
        json_object_end(w);
    }
    json_array_end(w);
    json_array_begin(w, "recipients");
    for (size_t i = 0; i < m->recipients_n; i++) {
        const struct manifest_recipient *r = &m->recipients[i];
        json_object_begin(w, NULL);
        json_put_text(w, "name", r->name);
        put_hex(w, "fingerprint", r->fingerprint);
        json_put_cstr(w, "opens", manifest_role_name(r->role));
        json_object_end(w);
    }
    json_array_end(w);
}

void manifest_json(const struct manifest *m, struct buffer *out) {
    struct json_writer w = json_writer_into(out, true);
    char created[TIME_TEXT_CAP];
    time_format(m->created_unix_s * 1000u, created);
    json_object_begin(&w, NULL);
    json_put_u64(&w, "version", MANIFEST_VERSION);
    json_put_cstr(&w, "mode", m->test ? "TEST" : "LIVE");
    json_put_text(&w, "brand", m->brand);
    put_hex(&w, "workspace", slice_of(m->workspace, MANIFEST_WORKSPACE_LEN));
    json_put_u64(&w, "order", m->order);
    json_put_text(&w, "name", m->name);
    json_put_u64(&w, "sequence", m->sequence);
    json_put_cstr(&w, "created", created);
    json_put_cstr(&w, "kind", kind_name(m->kind));
    json_put_u64(&w, "set", m->set_id);
    json_put_text(&w, "set_name", m->set);
    json_put_u64(&w, "key_version", m->key_version);
    json_put_u64(&w, "count", m->count);
    json_put_text(&w, "control_first", m->control_first);
    json_put_text(&w, "control_last", m->control_last);
    put_big(&w, "hash_total", m->hash_total);
    json_put_text(&w, "template", m->template_name);
    put_sum(&w, "template_sha256", &m->template_sha256);
    if (m->has_previous) put_sum(&w, "previous", &m->previous);
    if (m->is_reseal) put_sum(&w, "reseal_of", &m->reseal_of);
    if (m->linked_order != 0) json_put_u64(&w, "linked_order", m->linked_order);
    put_lists(&w, m);
    json_object_end(&w);
    buffer_text(out, "\n");
}

static void line(struct buffer *out, const char *label, struct cm_slice value) {
    if (value.len == 0) return;
    buffer_printf(out, "%-14s", label);
    buffer_put(out, value.p, value.len);
    buffer_text(out, "\n");
}

static void line_u64(struct buffer *out, const char *label, uint64_t value) {
    char digits[DECIMAL_CAP];
    const size_t len = decimal_format(value, digits);
    line(out, label, slice_of(digits, len));
}

static void line_hex(struct buffer *out, const char *label, struct cm_slice bytes) {
    char hex[2 * HASH_LEN + 1] = "";
    if (bytes.len <= HASH_LEN) hex_format(bytes.p, bytes.len, hex);
    line(out, label, slice_text(hex));
}

static void text_files(struct buffer *out, const struct manifest *m) {
    buffer_text(out, "\nFiles\n");
    for (size_t i = 0; i < m->files_n; i++) {
        const struct manifest_file *f = &m->files[i];
        buffer_text(out, "  ");
        buffer_put(out, f->name.p, f->name.len);
        buffer_printf(out, "  %s, %llu bytes", manifest_role_name(f->role),
                      (unsigned long long)f->len);
        if (f->records > 0) buffer_printf(out, ", %llu records", (unsigned long long)f->records);
        buffer_text(out, "\n");
        line_hex(out, "    SHA-256", slice_of(f->sha256.b, HASH_LEN));
    }
    buffer_text(out, "\nSealed to\n");
    for (size_t i = 0; i < m->recipients_n; i++) {
        const struct manifest_recipient *r = &m->recipients[i];
        buffer_text(out, "  ");
        buffer_put(out, r->name.p, r->name.len);
        buffer_printf(out, " (%s)\n", manifest_role_name(r->role));
        line_hex(out, "    fingerprint ", r->fingerprint);
    }
}

static void text_rights(struct buffer *out, const struct manifest *m) {
    if (m->has_previous) line_hex(out, "Follows", slice_of(m->previous.b, HASH_LEN));
    if (m->is_reseal) line_hex(out, "Seals anew", slice_of(m->reseal_of.b, HASH_LEN));
    if (m->linked_order != 0) line_u64(out, "Remakes order", m->linked_order);
}

static bool has_ending(const struct manifest *m, const char *ending) {
    const size_t len = strlen(ending);
    for (size_t i = 0; i < m->files_n; i++) {
        const struct cm_slice name = m->files[i].name;
        if (name.len > len &&
            slice_equal(slice_of(name.p + name.len - len, len), slice_text(ending)))
            return true;
    }
    return false;
}

static void text_how(struct buffer *out, const struct manifest *m) {
    buffer_text(out, "\nTo check the folder:  countermark order verify FOLDER --key SENDER.pem\n");
    if (has_ending(m, ".cms"))
        buffer_text(out, "To open a file:       openssl cms -decrypt -binary -inform DER -in FILE "
                         "-recip CERT.pem -inkey KEY.pem |\n"
                         "                      openssl cms -verify -binary -inform DER -CAfile "
                         "signer.pem -purpose any -out CONTENT\n");
    if (has_ending(m, ".pgp"))
        buffer_text(out, "To open a file:       gpg --output CONTENT --decrypt FILE\n");
    buffer_text(out, "Open no file of a folder that did not pass the check.\n");
}

void manifest_text(const struct manifest *m, struct buffer *out) {
    char created[TIME_TEXT_CAP];
    time_format(m->created_unix_s * 1000u, created);
    buffer_text(out,
                m->test ? "*** TEST: nothing in this order is ever accepted live ***\n\n" : "");
    line_u64(out, "Order", m->order);
    line(out, "Name", m->name);
    line(out, "Mode", slice_text(m->test ? "TEST" : "LIVE"));
    line_u64(out, "Delivery", m->sequence);
    line(out, "Made", slice_text(created));
    line(out, "Brand", m->brand);
    line(out, "Kind", slice_text(kind_name(m->kind)));
    line(out, "From", m->set);
    line_u64(out, "Units", m->count);
    line(out, "First", m->control_first);
    line(out, "Last", m->control_last);
    line_u64(out, "Hash total", m->hash_total);
    line(out, "Template", m->template_name);
    text_rights(out, m);
    text_files(out, m);
    text_how(out, m);
}
