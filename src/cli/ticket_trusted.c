/* Trust files and revocation lists of a check offline: see ticket_trusted.h. */
#include "cli/ticket_trusted.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/macros.h"
#include "cli/output.h"

#define MS_PER_S 1000u

void trusted_wipe(struct trusted *t) {
    for (size_t i = 0; i < t->n; i++)
        free(t->files[i]);
    for (size_t i = 0; i < t->list_n; i++)
        revoked_wipe(&t->lists[i]);
}

static cm_err too_many(struct cli *cli, const char *option) {
    return diag_fail(cli->diag, CM_E_LIMIT, option, NULL, NULL, "at most %u files",
                     TICKET_TRUSTS_MAX);
}

/* An older file may call a key valid that a newer one has ended. */
static cm_err check_only_one(struct cli *cli, const struct trusted *t, const char *path) {
    const struct trust *last = t->files[t->n - 1];
    for (size_t i = 0; i + 1 < t->n; i++)
        if (strcmp(t->files[i]->iss, last->iss) == 0)
            return diag_fail(cli->diag, CM_E_CONFLICT, path, NULL,
                             "give the newest alone; 'countermark ticket trust' tells which it is",
                             "two trust files of issuer %s", last->iss);
    return CM_OK;
}

static cm_err read_trusts(struct cli *cli, struct trusted *t) {
    for (size_t i = 0; option_item(&cli->options, "trust", i) != NULL; i++) {
        CM_CLEANUP(buffer_free) struct buffer bytes = BUFFER_INIT;
        const char *path = option_item(&cli->options, "trust", i);
        if (t->n == TICKET_TRUSTS_MAX) return too_many(cli, "--trust");
        TRY(file_read(path, TRUST_FILE_MAX, &bytes, cli->diag));
        struct trust *file = malloc(sizeof *file);
        if (file == NULL) return CM_E_NO_MEMORY;
        t->files[t->n++] = file;
        TRY(trust_read(buffer_slice(&bytes), path, file, cli->diag));
        TRY(check_only_one(cli, t, path));
    }
    if (t->n > 0) return CM_OK;
    return diag_fail(cli->diag, CM_E_ARGUMENT, "--trust", NULL,
                     "add --trust FILE: 'countermark ticket issuer export' makes it",
                     "whose tickets are to be trusted?");
}

static cm_err judge_age(struct cli *cli, const char *path, const struct revoked *r,
                        uint64_t now_unix_s) {
    char due[TIME_TEXT_CAP], made[TIME_TEXT_CAP], now[TIME_TEXT_CAP];
    if (r->list.issued_s > now_unix_s && r->list.issued_s - now_unix_s > REVOCATION_MARGIN_S) {
        time_format(r->list.issued_s * MS_PER_S, made);
        time_format(now_unix_s * MS_PER_S, now);
        return diag_fail(cli->diag, CM_E_STATE, path, NULL, "set the clock of this device",
                         "made %s, and here it is %s: it does not name what was over by then", made,
                         now);
    }
    if (!revoked_is_late(r, now_unix_s)) return CM_OK;
    time_format(r->list.next_s * MS_PER_S, due);
    if (option_given(&cli->options, "strict"))
        return diag_fail(cli->diag, CM_E_STATE, path, NULL, "fetch the newest list",
                         "the list after this one was due %s", due);
    output_note("%s: the list after this one was due %s: fetch the newest", path, due);
    return CM_OK;
}

static cm_err read_lists(struct cli *cli, uint64_t now_unix_s, struct trusted *t) {
    for (size_t i = 0; option_item(&cli->options, "revocations", i) != NULL; i++) {
        const char *path = option_item(&cli->options, "revocations", i);
        const struct trust *files[TICKET_TRUSTS_MAX];
        for (size_t k = 0; k < t->n; k++)
            files[k] = t->files[k];
        if (t->list_n == TICKET_TRUSTS_MAX) return too_many(cli, "--revocations");
        TRY(revoked_read(path, files, t->n, &t->lists[t->list_n], cli->diag));
        t->list_n++;
        TRY(judge_age(cli, path, &t->lists[i], now_unix_s));
    }
    return CM_OK;
}

cm_err trusted_read(struct cli *cli, uint64_t now_unix_s, struct trusted *out) {
    TRY(read_trusts(cli, out));
    return read_lists(cli, now_unix_s, out);
}

static cm_err is_revoked(void *ctx, const struct ticket_claims *claims, bool *yes,
                         struct cm_diag *diag) {
    const struct trusted *t = ctx;
    (void)diag;
    *yes = false;
    for (size_t i = 0; i < t->list_n && !*yes; i++)
        *yes = revoked_has(&t->lists[i], claims->iss, claims->cti);
    return CM_OK;
}

void trusted_put(struct trusted *t, const struct trust *files[static TICKET_TRUSTS_MAX],
                 struct ticket_checker *checker) {
    for (size_t i = 0; i < t->n; i++)
        files[i] = t->files[i];
    checker->trusts = files;
    checker->n = t->n;
    checker->revoked = is_revoked;
    checker->revoked_ctx = t;
}
