/* One leg here, one on a thread that is pinned to another core. See duet.h. */
#include "duet.h"

#include <pthread.h>
#include <sched.h>

#include "meter.h"

struct second {
    const struct duet *duet;
    double seconds;
    struct leg leg;
    cm_err err;
};

/* To the first core that the kernel gives us and that the first thread is not pinned to. */
static bool leave_for_another_core(void) {
    cpu_set_t taken, all, one;
    if (sched_getaffinity(0, sizeof taken, &taken) != 0) return false;
    CPU_ZERO(&all);
    for (size_t i = 0; i < CPU_SETSIZE; i++)
        CPU_SET(i, &all); /* the kernel keeps those that there are */
    if (sched_setaffinity(0, sizeof all, &all) != 0 || sched_getaffinity(0, sizeof all, &all) != 0)
        return false;
    for (size_t i = 0; i < CPU_SETSIZE; i++) {
        if (!CPU_ISSET(i, &all) || CPU_ISSET(i, &taken)) continue;
        CPU_ZERO(&one);
        CPU_SET(i, &one);
        return sched_setaffinity(0, sizeof one, &one) == 0;
    }
    return false;
}

static void *play_second(void *arg) {
    struct second *s = arg;
    s->err = CM_E_STATE;
    if (leave_for_another_core()) s->err = s->duet->run(s->duet->ctx[1], s->seconds, &s->leg);
    return NULL;
}

cm_err duet_run(void *ctx, double seconds, struct leg *leg) {
    const struct duet *duet = ctx;
    struct second second = {.duet = duet, .seconds = seconds};
    struct leg first = {.items = 0};
    pthread_t thread;
    const struct meter m = meter_begin();
    if (pthread_create(&thread, NULL, play_second, &second) != 0) return CM_E_NO_MEMORY;
    const cm_err err = duet->run(duet->ctx[0], seconds, &first);
    (void)pthread_join(thread, NULL);
    meter_end(&m, leg);
    leg->items = first.items + second.leg.items;
    return err != CM_OK ? err : second.err;
}
