/* Acts on runs, wrapped. References as in line_acts.h. */
#include "support/line_acts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "doc/json_write.h"
#include "support/cm.h"

#define ARGS_CAP 4096u

static const char drinks[] =
    "{\"format\":\"countermark-scheme-1\",\"id\":0,\"name\":\"drinks\",\"mode\":\"TEST\","
    "\"key_version\":1,\"technology\":\"inkjet\",\"alphabet\":{\"preset\":\"default\"},"
    "\"length\":12,\"check\":\"prime\",\"attributes\":[{\"name\":\"sku\",\"place\":"
    "\"registered\",\"room\":8,\"values\":[\"CM 1\",\"CM/2\"]}],\"date\":{\"place\":"
    "\"inline\",\"epoch\":\"2026-01-01\",\"days\":1000},\"batches\":64,\"serials\":16384,"
    "\"filter\":{\"words\":1,\"rotation\":true},\"tables\":1,\"volume\":100000,"
    "\"odds\":1000000}";

static void drop_result(struct line_acts *l) {
    json_doc_free(l->doc);
    l->doc = NULL;
    buffer_clear(&l->result);
}

void line_acts_make(struct line_acts *l, uint64_t quantity) {
    line_acts_make_sized(l, 4096, quantity);
}

void line_acts_make_sized(struct line_acts *l, uint64_t serials, uint64_t quantity) {
    *l = (struct line_acts){.holder = HOLDER_DAEMON};
    world_make(&l->world, 8, serials);
    run_live_came(&l->live);
    line_acts_ok(l, "batch.add",
                 "{\"scheme\":\"world\",\"batches\":[{\"name\":\"lines\",\"quantity\":%" PRIu64
                 ",\"product\":\"Cola\",\"gtin\":\"04012345678901\"}]}",
                 quantity);
    uint64_t set = 0;
    assert_ok(json_u64(json_get(json_at(json_get(json_root(l->doc), "batches"), 0), "number"), 1,
                       UINT32_MAX, &set));
    l->set = (uint32_t)set;
}

void line_acts_drinks(struct line_acts *l) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "document", drinks);
    json_put_cstr(&w, "input", "drinks.json");
    json_object_end(&w);
    line_acts_ok(l, "scheme.add", "%s", buffer_cstr(&args));
}

void line_acts_remove(struct line_acts *l) {
    drop_result(l);
    buffer_wipe(&l->result);
    run_live_wipe(&l->live);
    world_remove(&l->world);
}

static cm_err run(struct line_acts *l, bool line, const char *act, const char *args) {
    struct act_context ctx = {.engine = l->world.engine,
                              .keystore = l->world.keystore,
                              .workspace = l->world.dir,
                              .now_ms = l->now_ms,
                              .line = line,
                              .holder = l->holder,
                              .live = &l->live};
    drop_result(l);
    l->diag = (struct cm_diag)DIAG_INIT;
    const cm_err err = act_run(&ctx, slice_text(act), slice_text(args), &l->result, &l->diag);
    if (err == CM_OK)
        assert_ok(json_doc_new(&l->doc, buffer_slice(&l->result), act, &JSON_LIMITS_DEFAULT, NULL));
    return err;
}

cm_err line_acts_try(struct line_acts *l, const char *act, const char *args) {
    return run(l, false, act, args);
}

cm_err line_acts_line(struct line_acts *l, const char *act, const char *args) {
    return run(l, true, act, args);
}

static void must(const struct line_acts *l, const char *act, const char *args, cm_err err) {
    if (err != CM_OK)
        fail_msg("%s %s: %s: %s; %s", act, args, cm_err_name(err), l->diag.problem, l->diag.remedy);
}

void line_acts_ok(struct line_acts *l, const char *act, const char *args_format, ...) {
    char args[ARGS_CAP];
    va_list list;
    va_start(list, args_format);
    (void)vsnprintf(args, sizeof args, args_format, list);
    va_end(list);
    must(l, act, args, run(l, false, act, args));
}

void line_acts_start(struct line_acts *l, const char *more) {
    line_acts_ok(l, "run.start",
                 "{\"batch\":\"lines\",\"printer\":\"zpl+tcp://printer\",\"template\":{\"name\":"
                 "\"label.zpl\",\"text\":\"" LINE_ACTS_TEMPLATE "\"}%s}",
                 more);
    (void)snprintf(l->run, sizeof l->run, "%s", line_acts_result_text(l, "run"));
    l->number = (uint32_t)line_acts_result_u64(l, "number");
}

static void copy_text(struct json_value v, char *out, size_t cap) {
    struct cm_slice text;
    out[0] = '\0';
    if (json_kind_of(v) != JSON_KIND_TEXT) return;
    assert_ok(json_text(v, 0, cap - 1, &text));
    memcpy(out, text.p, text.len);
    out[text.len] = '\0';
}

static void read_taken(const struct line_acts *l, struct taken *out) {
    const struct json_value root = json_root(l->doc);
    uint64_t set = 0;
    *out = (struct taken){.n = 0};
    assert_ok(json_items(json_get(root, "codes"), 0, TAKEN_MAX, &out->n));
    copy_text(json_get(root, "end"), out->end, sizeof out->end);
    copy_text(json_get(json_get(root, "batch"), "name"), out->batch, sizeof out->batch);
    if (json_present(json_get(root, "until_ms")))
        assert_ok(json_u64(json_get(root, "until_ms"), 0, INT64_MAX, &out->until_ms));
    for (size_t i = 0; i < out->n; i++)
        copy_text(json_at(json_get(root, "codes"), i), out->codes[i], WORLD_CODE_CAP);
    if (out->n == 0) return;
    assert_ok(json_u64(json_get(root, "first"), 0, INT64_MAX, &out->first));
    assert_ok(json_u64(json_get(root, "set"), 1, UINT32_MAX, &set));
    out->set = (uint32_t)set;
}

void line_acts_take(struct line_acts *l, unsigned units, struct taken *out) {
    char args[ARGS_CAP];
    (void)snprintf(args, sizeof args, "{\"run\":%u,\"units\":%u,\"waiting\":%" PRIu64 "}",
                   l->number, units, l->waiting);
    must(l, "line.take", args, run(l, true, "line.take", args));
    read_taken(l, out);
}

void line_acts_again(struct line_acts *l, uint64_t first, uint64_t count, struct taken *out) {
    char args[ARGS_CAP];
    (void)snprintf(args, sizeof args,
                   "{\"run\":%u,\"set\":%u,\"first\":%" PRIu64 ",\"count\":%" PRIu64 "}", l->number,
                   l->set, first, count);
    must(l, "line.again", args, run(l, true, "line.again", args));
    read_taken(l, out);
}

void line_acts_report(struct line_acts *l, const char *members_format, ...) {
    char args[ARGS_CAP];
    int len = snprintf(args, sizeof args, "{\"runs\":[{\"number\":%u,", l->number);
    va_list list;
    va_start(list, members_format);
    len += vsnprintf(args + len, sizeof args - (size_t)len, members_format, list);
    va_end(list);
    (void)snprintf(args + len, sizeof args - (size_t)len, "}]}");
    must(l, "line.report", args, run(l, true, "line.report", args));
    assert_false(json_present(json_get(json_root(l->doc), "refused")));
}

uint64_t line_acts_result_u64(const struct line_acts *l, const char *key) {
    uint64_t value = 0;
    if (json_u64(json_get(json_root(l->doc), key), 0, INT64_MAX, &value) != CM_OK)
        fail_msg("no number %s", key);
    return value;
}

const char *line_acts_result_text(struct line_acts *l, const char *key) {
    static char text[256];
    copy_text(json_get(json_root(l->doc), key), text, sizeof text);
    return text;
}

uint64_t line_acts_number(struct line_acts *l, const char *key) {
    line_acts_ok(l, "run.show", "{\"run\":\"%s\"}", l->run);
    return line_acts_result_u64(l, key);
}
