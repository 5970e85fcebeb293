/* Whose passes a certificate signs, and that the template says the same. */
#include "pass/pkpass_inside.h"

#include <string.h>

#include "base/macros.h"
#include "doc/json_write.h"

#define NAME_HEAD "Pass Type ID: " /* Apple's common names */

static bool begins(const char *text, const char *head) {
    const struct cm_slice h = slice_text(head);
    return strlen(text) > h.len && slice_equal(slice_of(text, h.len), h);
}

/* In Apple's certificates extension, UID and common name say the same. */
cm_err pkpass_type_of(const struct cms_identity *is, const char **type, struct cm_diag *diag) {
    const char *named =
        begins(is->common_name, NAME_HEAD) ? is->common_name + strlen(NAME_HEAD) : "";
    const char *said = is->pass_type[0] != '\0' ? is->pass_type
                       : is->user_id[0] != '\0' ? is->user_id
                                                : named;
    if (!begins(said, "pass.") || is->unit[0] == '\0')
        return diag_fail(diag, CM_E_UNSUPPORTED, "certificate", "subject",
                         "make a Pass Type ID certificate in Apple's developer account",
                         "it is no certificate for passes: it names no pass type or no team");
    const char *other = is->user_id[0] != '\0' && strcmp(is->user_id, said) != 0 ? is->user_id
                        : named[0] != '\0' && strcmp(named, said) != 0           ? named
                                                                                 : NULL;
    if (other != NULL)
        return diag_fail(diag, CM_E_CONFLICT, "certificate", "subject",
                         "ask its issuer for another one",
                         "it names two pass types, '%.80s' and '%.80s'", said, other);
    *type = said;
    return CM_OK;
}

static cm_err agree(struct json_value v, const char *said, const char *what) {
    struct cm_slice text;
    if (!json_present(v)) return CM_OK;
    TRY(json_text(v, 0, PASS_NAME_CAP, &text));
    if (slice_equal(text, slice_text(said))) return CM_OK;
    return json_fail(v, CM_E_CONFLICT, "leave it out: it is taken from the certificate",
                     "the certificate is of the %s '%.120s', not of this one", what, said);
}

cm_err pkpass_agree(struct json_value root, const char *type, const char *team) {
    TRY(agree(json_get(root, "passTypeIdentifier"), type, "pass type"));
    return agree(json_get(root, "teamIdentifier"), team, "team");
}

enum pass_style pkpass_style(struct json_value root) {
    for (size_t i = 0; i < PASS_STYLE_N; i++)
        if (json_present(json_get(root, pass_style_names[i]))) return (enum pass_style)i;
    return PASS_STYLE_N;
}

/* What the template leaves out is put in front of its first member. */
cm_err pkpass_complete(struct cm_slice json, struct json_value root, const char *type,
                       const char *team, struct buffer *out) {
    CM_CLEANUP(buffer_free) struct buffer members = BUFFER_INIT;
    struct json_writer w = json_writer_into(&members, false);
    const char *first = NULL;
    const uint8_t *brace = memchr(json.p, '{', json.len);
    if (brace == NULL) return CM_E_FORMAT;
    json_object_begin(&w, NULL);
    if (!json_present(json_get(root, "passTypeIdentifier")))
        json_put_cstr(&w, "passTypeIdentifier", type);
    if (!json_present(json_get(root, "teamIdentifier"))) json_put_cstr(&w, "teamIdentifier", team);
    json_object_end(&w);
    TRY(buffer_err(&members));
    buffer_put(out, members.p, members.len - 1);
    if (members.len > 2 && json_present(json_member(root, 0, &first))) buffer_u8(out, ',');
    brace++;
    buffer_put(out, brace, (size_t)(json.p + json.len - brace));
    return buffer_err(out);
}
