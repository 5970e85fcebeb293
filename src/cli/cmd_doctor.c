/* doctor: is everything around the ledger as it should be, and does it open? It changes nothing,
 * and compares nothing with the journal; that is fsck's work. Exit code 1 when something is wrong.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/doctor.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/unlock.h"
#include "doc/json_write.h"
#include "engine/remote.h"

#define PATH_CAP       2048u
#define DETAIL_CAP     DOCTOR_DETAIL_CAP
#define SPACE_LEAST    (256ull << 20) /* bytes free: four segments of the journal */
#define SPACE_ENOUGH   (2ull << 30)
#define LOCK_LEAST     (1ull << 20) /* bytes that may be locked in memory: a small keystore's */
#define CLOCK_LEAST    1767225600   /* 2026-01-01: a clock before the program is wrong */
#define FOREIGN_RIGHTS 077u

void doctor_report(struct checkup *c, const char *what, enum finding finding, const char *format,
                   ...) {
    static const char *const names[] = {"ok", "note", "WRONG"};
    char detail[DETAIL_CAP];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    json_object_begin(c->out, NULL);
    json_put_cstr(c->out, "check", what);
    json_put_cstr(c->out, "finding", names[finding]);
    json_put_cstr(c->out, "detail", detail);
    json_object_end(c->out);
    if (finding == WRONG) c->cli->exit_code = EXIT_NEGATIVE;
}

/* ---- Surroundings ---------------------------------------------------------------------------- */

static void check_rights(struct checkup *c) {
    struct stat st;
    if (stat(c->cli->workspace, &st) == 0 && (st.st_mode & 022u) != 0)
        doctor_report(c, "rights of the folder", WRONG, "others may write to it; chmod 700");
    else
        doctor_report(c, "rights of the folder", FINE, "nobody else may write to it");
    if (stat(c->paths.keystore, &st) != 0)
        doctor_report(c, "keystore file", WRONG, "it is not there");
    else if ((st.st_mode & FOREIGN_RIGHTS) != 0)
        doctor_report(c, "keystore file", WRONG, "others have rights to it; chmod 600");
    else
        doctor_report(c, "keystore file", FINE, "mode 600");
}

static void check_space(struct checkup *c) {
    struct statvfs fs;
    if (statvfs(c->cli->workspace, &fs) != 0) return;
    const uint64_t left = (uint64_t)fs.f_bavail * fs.f_frsize;
    const enum finding finding = left < SPACE_LEAST    ? WRONG
                                 : left < SPACE_ENOUGH ? WORTH_KNOWING
                                                       : FINE;
    doctor_report(c, "disk space", finding, "%" PRIu64 " MiB free", left >> 20);
}

static void check_clock(struct checkup *c) {
    struct stat st;
    const time_t now = time(NULL);
    if (now < CLOCK_LEAST)
        doctor_report(c, "clock", WRONG, "it stands before this program was made");
    else if (stat(c->paths.state, &st) == 0 && st.st_mtime > now)
        doctor_report(c, "clock", WORTH_KNOWING, "it stands before the ledger's last change");
    else
        doctor_report(c, "clock", FINE, "not behind the ledger");
}

static void check_lock_limit(struct checkup *c) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return;
    if (limit.rlim_cur == RLIM_INFINITY)
        doctor_report(c, "memory lock limit", FINE, "unlimited");
    else
        doctor_report(c, "memory lock limit", limit.rlim_cur < LOCK_LEAST ? WRONG : FINE,
                      "%llu KiB", (unsigned long long)limit.rlim_cur >> 10);
}

static void close_folder(DIR **d) {
    if (*d != NULL) (void)closedir(*d);
}

static void check_size(struct checkup *c, const char *what, const char *folder) {
    CM_CLEANUP(close_folder) DIR *d = opendir(folder);
    uint64_t bytes = 0, files = 0;
    if (d == NULL) {
        doctor_report(c, what, FINE, "empty");
        return;
    }
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        char path[PATH_CAP];
        struct stat st;
        (void)snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) continue;
        bytes += (uint64_t)st.st_size;
        files++;
    }
    doctor_report(c, what, FINE, "%" PRIu64 " files, %" PRIu64 " MiB", files, bytes >> 20);
}

/* ---- Daemon and keys ------------------------------------------------------------------------- */

static void check_daemon(struct checkup *c) {
    char path[PATH_CAP];
    struct cm_engine *remote = NULL;
    struct cm_diag unused = DIAG_INIT;
    struct status_frame status;
    (void)snprintf(path, sizeof path, "%s/%s", c->paths.run, SOCKET_ADMIN);
    const cm_err err = remote_open(path, &remote, &unused);
    c->running = err == CM_OK;
    if (!c->running) {
        doctor_report(c, "daemon", FINE, "none is running");
        return;
    }
    if (remote_status(remote, &status) != CM_OK || status.dead)
        doctor_report(c, "daemon", WRONG, "it runs, but its ledger has failed: restart it");
    else
        doctor_report(c, "daemon", FINE, "running, %" PRIu64 " events", status.events);
    doctor_ask(c, remote);
    cm_engine_close(remote);
}

static bool key_lies_beside(const struct checkup *c) {
    char path[PATH_CAP];
    (void)snprintf(path, sizeof path, "%s/%s", c->cli->workspace, SANDBOX_KEY_NAME);
    return access(path, F_OK) == 0;
}

static bool can_unlock(const struct checkup *c) {
    const struct options *o = &c->cli->options;
    return option_given(o, "key-file") || option_given(o, "passphrase-fd") || key_lies_beside(c) ||
           terminal_there();
}

static void check_slots(struct checkup *c, const struct keystore *ks) {
    struct slot_info slots[KEYSTORE_SLOTS_MAX];
    const size_t n = keystore_slots(ks, slots);
    for (size_t i = 0; i < n; i++)
        if (slots[i].kind == SLOT_RECOVERY) {
            doctor_report(c, "recovery words", FINE, "there is a way back");
            return;
        }
    doctor_report(c, "recovery words", WRONG, "no slot for them: a lost passphrase is the end");
}

static void check_keystore(struct checkup *c) {
    UNLOCK_SCOPED struct unlock unlock = UNLOCK_INIT;
    struct keystore *ks = NULL;
    struct cm_diag why = DIAG_INIT;
    char line[DETAIL_CAP];
    if (!can_unlock(c)) {
        doctor_report(c, "keystore opens", WORTH_KNOWING, "not tried: give --key-file");
        return;
    }
    cm_err err = crypto_init();
    if (err == CM_OK) err = unlock_existing(&c->cli->options, c->cli->workspace, &unlock, &why);
    if (err == CM_OK) err = keystore_open(c->paths.keystore, &unlock.way, &ks, &why);
    if (err != CM_OK) {
        (void)diag_text(&why, err, line, sizeof line);
        doctor_report(c, "keystore opens", WRONG, "%s", line);
        return;
    }
    doctor_report(c, "keystore opens", FINE, "%zu keys", keystore_n(ks));
    check_slots(c, ks);
    doctor_open(c, ks);
    keystore_close(ks);
}

static void check_sandbox(struct checkup *c) {
    if (!key_lies_beside(c)) return;
    if (c->info.sandbox)
        doctor_report(c, "key file", WORTH_KNOWING, "a sandbox: its key lies beside it");
    else
        doctor_report(c, "key file", WRONG, "it lies beside a LIVE workspace: move it away");
}

cm_err cmd_doctor(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    struct checkup c = {.cli = cli, .out = &w};
    TRY(workspace_read(cli->workspace, &c.info, cli->diag));
    TRY(workspace_paths(cli->workspace, &c.paths, cli->diag));
    json_object_begin(&w, NULL);
    json_array_begin(&w, "checks");
    doctor_report(&c, "workspace file", FINE, "format %u, epoch %u", WORKSPACE_FORMAT,
                  c.info.epoch);
    check_rights(&c);
    check_sandbox(&c);
    check_space(&c);
    check_clock(&c);
    check_lock_limit(&c);
    check_size(&c, "journal", c.paths.journal);
    check_size(&c, "archive", c.paths.archive);
    check_daemon(&c);
    check_keystore(&c);
    json_array_end(&w);
    json_put_bool(&w, "well", cli->exit_code == EXIT_DONE);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}
