/* One call of the engine at a time, whoever runs it. */
#include "cli/ask.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "doc/json.h"
#include "doc/json_write.h"

static const struct json_limits limits = {.text_max = 1u << 26, .depth_max = JSON_DEPTH_MAX};

static cm_err find_door(struct asker *a, const char *door, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct json_writer w = json_writer_into(&args, false);
    uint64_t id = 0;
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "door", door);
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(session_act(a->session, "door.find", buffer_slice(&args), &result, diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "door.find", &limits, diag));
    TRY(json_u64(json_get(json_root(doc), "id"), 1, UINT32_MAX, &id));
    TRY(json_bool(json_get(json_root(doc), "test"), &a->caller.test));
    a->door = (uint32_t)id;
    return CM_OK;
}

static cm_err read_names(struct asker *a, struct json_value list) {
    size_t n = 0;
    TRY(json_items(list, 0, SIZE_MAX, &n));
    a->names = calloc(n + 1, sizeof *a->names);
    if (a->names == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        uint64_t number = 0;
        struct set_name *s = &a->names[a->name_n];
        TRY(json_u64(json_get(json_at(list, i), "number"), 1, UINT32_MAX, &number));
        TRY(json_copy_text(json_get(json_at(list, i), "name"), 1, s->name, sizeof s->name));
        s->number = (uint32_t)number;
        a->name_n++;
    }
    return CM_OK;
}

static cm_err find_names(struct asker *a, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(session_act(a->session, "set.names", slice_text("{}"), &result, diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "set.names", &limits, diag));
    return read_names(a, json_get(json_root(doc), "sets"));
}

cm_err asker_open(struct asker *a, struct session *session, enum cm_operation operation,
                  const char *door, struct cm_diag *diag) {
    *a = (struct asker){.session = session, .operation = operation};
    a->requests = calloc(CM_REQUESTS_MAX, sizeof *a->requests);
    a->answers = calloc(CM_REQUESTS_MAX, sizeof *a->answers);
    cm_err err = a->requests != NULL && a->answers != NULL ? CM_OK : CM_E_NO_MEMORY;
    if (err == CM_OK) err = find_door(a, door, diag);
    if (err == CM_OK) err = find_names(a, diag);
    if (err != CM_OK) asker_close(a);
    return err;
}

cm_err asker_cards(struct asker *a) {
    a->asks = calloc(CM_REQUESTS_MAX, sizeof *a->asks);
    a->told = calloc(CM_REQUESTS_MAX, sizeof *a->told);
    return a->asks != NULL && a->told != NULL ? CM_OK : CM_E_NO_MEMORY;
}

void asker_close(struct asker *a) {
    free(a->requests);
    free(a->answers);
    free(a->asks);
    free(a->told);
    free(a->names);
    a->requests = NULL;
    a->answers = NULL;
    a->asks = NULL;
    a->told = NULL;
    a->names = NULL;
}

static cm_err judge(const struct cm_call *call, struct cm_diag *diag) {
    switch (call->status) {
    case CM_CALL_DONE: return CM_OK;
    case CM_CALL_KEY_REUSED:
        return diag_fail(diag, CM_E_CONFLICT, "--key", NULL, "use a new key for a new request",
                         "this key was used for another request; nothing was done");
    case CM_CALL_FULL:
        return diag_fail(diag, CM_E_NO_SPACE, "workspace", NULL, "free some space and ask again",
                         "the disk is full; nothing was done");
    case CM_CALL_RESTORED:
        return diag_fail(diag, CM_E_STATE, "workspace", NULL,
                         "accept what may be missing: countermark restore accept",
                         "it was restored from a backup: nothing was done");
    case CM_CALL_DENIED:
    default:
        return diag_fail(diag, CM_E_DENIED, "door", NULL, NULL,
                         "the door is unknown or of another world; nothing was done");
    }
}

cm_err asker_doubts(const struct asker *a, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    char list[REGISTRY_NAME_CAP], place[DIAG_PART_CAP], file[DIAG_PART_CAP];
    char problem[DIAG_PART_CAP], remedy[DIAG_PART_CAP];
    if (!a->doubt) return CM_OK;
    TRY(session_act(a->session, "import.list", slice_text("{}"), &result, diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "import.list", &limits, diag));
    const struct json_value damaged = json_get(json_root(doc), "damaged");
    if (!json_present(damaged)) return CM_OK;
    const struct json_value first = json_at(damaged, 0);
    TRY(json_copy_text(json_get(first, "list"), 1, list, sizeof list));
    TRY(json_copy_text(json_get(first, "file"), 1, file, sizeof file));
    TRY(json_copy_text(json_get(first, "problem"), 1, problem, sizeof problem));
    TRY(json_copy_text(json_get(first, "remedy"), 1, remedy, sizeof remedy));
    (void)snprintf(place, sizeof place, "imported list '%s'", list);
    return diag_fail(diag, CM_E_CORRUPT, file, place, remedy, "%s", problem);
}

cm_err asker_run(struct asker *a, size_t n, const char *key, struct cm_diag *diag) {
    if (n == 0) return CM_OK;
    for (size_t i = 0; i < n; i++) {
        struct cm_request *q = &a->requests[i];
        q->operation = a->operation;
        q->hold_ms = a->operation == CM_OP_RESERVE ? a->hold_ms : 0;
        /* one byte over the limit is as wrong as ten million */
        if (q->code.len > CM_CODE_TEXT_MAX) q->code.len = CM_CODE_TEXT_MAX + 1u;
    }
    struct cm_call call = {.caller = a->caller,
                           .door = a->door,
                           .key = slice_text(key),
                           .requests = a->requests,
                           .n = n,
                           .answers = a->answers,
                           .asks = a->asks,
                           .told = a->told};
    const cm_err err = cm_engine_run(a->session->engine, &call, 1);
    if (err == CM_E_ARGUMENT)
        return diag_fail(diag, err, NULL, NULL, NULL, "a request breaks the limits");
    TRY(err);
    TRY(judge(&call, diag));
    for (size_t i = 0; i < n; i++)
        a->doubt = a->doubt || a->answers[i].verdict == CM_V_BUSY;
    return CM_OK;
}

const char *asker_set_name(const struct asker *a, uint32_t set) {
    for (size_t i = 0; i < a->name_n; i++)
        if (a->names[i].number == set) return a->names[i].name;
    return "";
}
