/* order receive: the bureau's return file goes to the vault in pieces, as often as it asks for it;
 * what it makes of it is shown, line by line where something does not hold. Exit code 1: nothing
 * was taken, a second person is to look at it first. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/operator_key.h"
#include "cli/output.h"
#include "crypto/hash.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define PIECE_LEN (1u << 20) /* bytes of one act, about */

const struct option_spec order_receive_options[] = {
    OPERATOR_OPTIONS,
    {"dry-run", OPTION_FLAG, NULL, "judge it and change nothing", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

struct receiving {
    struct cli *cli;
    const char *path;
    uint8_t *map;
    size_t len, body; /* body: where the lines begin */
    struct buffer args, result;
    bool names;
};

static void receiving_wipe(struct receiving *r) {
    if (r->map != NULL) (void)munmap(r->map, r->len);
    buffer_free(&r->args);
    buffer_free(&r->result);
}

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

static cm_err fail(struct receiving *r, const char *what) {
    const int number = errno;
    return diag_fail(r->cli->diag, file_err_from_errno(number), r->path, NULL, "check the path",
                     "%s: %s", what, file_errno_text(number));
}

static cm_err map_file(struct receiving *r) {
    struct stat st;
    CM_CLEANUP(close_fd) int fd = open(r->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(r, "cannot open");
    if (fstat(fd, &st) != 0) return fail(r, "cannot look at it");
    if (!S_ISREG(st.st_mode) || st.st_size <= 0)
        return diag_fail(r->cli->diag, CM_E_FORMAT, r->path, NULL, "give a CSV file",
                         "empty, or no file");
    void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) return fail(r, "cannot read");
    r->map = map;
    r->len = (size_t)st.st_size;
    const uint8_t *end = memchr(r->map, '\n', r->len);
    r->body = end != NULL ? (size_t)(end - r->map) + 1 : r->len;
    return CM_OK;
}

static cm_err ask(struct receiving *r, const char *act) {
    TRY(buffer_err(&r->args));
    buffer_clear(&r->result);
    return session_act(&r->cli->session, act, buffer_slice(&r->args), &r->result, r->cli->diag);
}

static struct json_writer begin(struct receiving *r) {
    buffer_clear(&r->args);
    struct json_writer w = json_writer_into(&r->args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "order", position(r->cli, 0));
    return w;
}

static cm_err ask_plain(struct receiving *r, const char *act) {
    struct json_writer w = begin(r);
    json_object_end(&w);
    return ask(r, act);
}

static cm_err open_desk(struct receiving *r) {
    struct hash256 hash;
    char hex[2 * sizeof hash.b + 1];
    hash_sha256(slice_of(r->map, r->len), &hash);
    hex_format(hash.b, sizeof hash.b, hex);
    struct json_writer w = begin(r);
    json_put_cstr(&w, "sha256", hex);
    json_put_text(&w, "head", slice_of(r->map, r->body));
    json_object_end(&w);
    return ask(r, "order.receive.begin");
}

/* The end of a piece: behind a line end that is not inside quotes. */
static size_t piece_end(const struct receiving *r, size_t from, uint64_t *lines) {
    bool quoted = false;
    size_t end = 0;
    uint64_t seen = 0;
    for (size_t i = from; i < r->len; i++) {
        if (r->map[i] == '"') quoted = !quoted;
        if (r->map[i] != '\n') continue;
        seen++;
        if (quoted) continue;
        end = i + 1;
        *lines = seen;
        if (end - from >= PIECE_LEN) return end;
    }
    *lines = seen;
    return r->len;
}

static cm_err give_lines(struct receiving *r, const char *act) {
    uint64_t line = 2, lines = 0;
    for (size_t at = r->body, end = 0; at < r->len; at = end, line += lines) {
        if (interrupt_came())
            return diag_fail(r->cli->diag, CM_E_CANCELLED, r->path, NULL, "receive it again",
                             "stopped");
        end = piece_end(r, at, &lines);
        struct json_writer w = begin(r);
        json_put_u64(&w, "line", line);
        json_put_text(&w, "rows", slice_of(r->map + at, end - at));
        json_object_end(&w);
        TRY(ask(r, act));
    }
    return CM_OK;
}

static cm_err result_bool(struct receiving *r, const char *key, bool *out) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, buffer_slice(&r->result), "order.receive", &JSON_LIMITS_DEFAULT,
                     r->cli->diag));
    return json_bool(json_get(json_root(doc), key), out);
}

static cm_err judge(struct receiving *r) {
    bool again = true;
    while (again) {
        TRY(give_lines(r, "order.receive.rows"));
        TRY(ask_plain(r, "order.receive.turn"));
        TRY(result_bool(r, "again", &again));
        TRY(result_bool(r, "names", &r->names));
    }
    return CM_OK;
}

/* The statement of what is kept out and what is taken: a second person signs it. */
static cm_err sign_rest(struct receiving *r, struct json_writer *w) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct hash256 hash;
    struct cm_slice text;
    char what[sizeof "rest " + 2 * sizeof hash.b] = "rest ";
    if (!option_given(&r->cli->options, "by")) return CM_OK;
    hash_sha256(slice_of(r->map, r->len), &hash);
    hex_format(hash.b, sizeof hash.b, what + strlen(what));
    struct json_writer s = json_writer_into(&args, false);
    json_object_begin(&s, NULL);
    json_put_cstr(&s, "order", position(r->cli, 0));
    json_put_cstr(&s, "what", what);
    json_object_end(&s);
    TRY(buffer_err(&args));
    TRY(session_act(&r->cli->session, "order.statement", buffer_slice(&args), &result,
                    r->cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "order.statement", &JSON_LIMITS_DEFAULT,
                     r->cli->diag));
    TRY(json_text(json_get(json_root(doc), "text"), 1, SIZE_MAX, &text));
    return operator_key_sign(r->cli, text, w);
}

static cm_err finish(struct receiving *r) {
    CM_CLEANUP(buffer_free) struct buffer report = BUFFER_INIT;
    bool taken = false, waits = false;
    struct json_writer w = begin(r);
    TRY(sign_rest(r, &w));
    json_put_bool(&w, "dry_run", option_given(&r->cli->options, "dry-run"));
    json_object_end(&w);
    TRY(ask(r, "order.receive.finish"));
    buffer_put(&report, r->result.p, r->result.len);
    TRY(buffer_err(&report));
    TRY(result_bool(r, "taken", &taken));
    TRY(result_bool(r, "needs_approval", &waits));
    if (taken && r->names) TRY(give_lines(r, "order.receive.names"));
    TRY(ask_plain(r, "order.receive.end"));
    if (waits) r->cli->exit_code = EXIT_NEGATIVE;
    return output_record(buffer_slice(&report), r->cli->json, r->cli->diag);
}

cm_err cmd_order_receive(struct cli *cli) {
    CM_CLEANUP(receiving_wipe) struct receiving r = {.cli = cli, .path = position(cli, 1)};
    if (r.path == NULL) return CM_E_ARGUMENT; /* the table of commands asks for it */
    TRY(map_file(&r));
    TRY(open_desk(&r));
    TRY(judge(&r));
    return finish(&r);
}
