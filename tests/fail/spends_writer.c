/* The program under the power-loss recorder: a device's file FILE.spends in FOLDER. A ticket is
 * admitted, and only then marked as let in; there is a list between, and another life.
 * Usage: spends_writer FOLDER TICKETS. */
#include <stdlib.h>

#include "fail/spends_plan.h"

__attribute__((weak)) void powerloss_mark(const void *p, unsigned len);

static void mark(const struct admitted_mark *m) {
    if (powerloss_mark != NULL) powerloss_mark(m, sizeof *m);
}

static cm_err admit_until(struct spends *s, struct admitted_mark *m, uint64_t n) {
    while (m->n < n) {
        uint8_t cti[SPEND_CTI_LEN];
        struct spends_told told;
        put_u64be(cti, m->n);
        const struct spends_ticket t = {.iss = PLAN_ISS, .cti = cti, .iat = 1};
        TRY(spends_admit(s, &t, false, PLAN_NOW + m->n, &told, NULL));
        if (!told.admitted) return CM_E_STATE;
        m->n++;
        mark(m);
    }
    return CM_OK;
}

static cm_err live(const char *path, struct admitted_mark *m, uint64_t n) {
    CM_CLEANUP(spends_closep) struct spends *s = NULL;
    TRY(spends_open(path, &plan_key, PLAN_NOW, &s, NULL));
    TRY(admit_until(s, m, n / 2));
    TRY(spends_list(s, PLAN_ISS, n, PLAN_NOW, NULL));
    m->list = n;
    mark(m);
    return admit_until(s, m, n);
}

int main(int argc, char **argv) {
    if (argc != 3 || crypto_init() != CM_OK) return 2;
    char path[PLAN_PATH_CAP];
    plan_path(path, argv[1]);
    const uint64_t n = strtoull(argv[2], NULL, 10);
    struct admitted_mark m = {.n = 0};
    cm_err err = live(path, &m, n);
    if (err == CM_OK) err = live(path, &m, 2 * n);
    return err == CM_OK ? 0 : 1;
}
