/* Text exposition format 0.0.4 of Prometheus. References as in metrics.h. */
#include "edge/metrics.h"

#include "base/macros.h"

#define US_PER_S 1000000.0

static const uint64_t bounds_us[METRICS_BUCKETS - 1] = {250,   500,   1000,   2500,   5000,   10000,
                                                        25000, 50000, 100000, 500000, 2500000};

void metrics_duration(struct metrics *m, uint64_t us) {
    size_t i = 0;
    while (i < METRICS_BUCKETS - 1 && us > bounds_us[i])
        i++;
    m->buckets[i]++;
    m->durations++;
    m->duration_us += us;
}

static unsigned long long ull(uint64_t v) { return v; }

static void put_one(struct buffer *out, const char *name, const char *kind, const char *help,
                    uint64_t value) {
    buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, kind, name,
                  ull(value));
}

static void put_requests(struct buffer *out, const struct metrics *m) {
    buffer_text(out, "# HELP countermark_http_requests_total Requests by route and outcome.\n"
                     "# TYPE countermark_http_requests_total counter\n");
    for (unsigned r = 0; r < ROUTE_N; r++)
        for (unsigned p = 0; p < PROBLEM_N; p++)
            if (m->requests[r][p] > 0)
                buffer_printf(out,
                              "countermark_http_requests_total{route=\"%s\",status=\"%u\","
                              "problem=\"%s\"} %llu\n",
                              route_name((enum route)r), problem_status((enum problem)p),
                              problem_name((enum problem)p), ull(m->requests[r][p]));
}

static void put_durations(struct buffer *out, const struct metrics *m) {
    buffer_text(out, "# HELP countermark_http_request_duration_seconds Time to the answer.\n"
                     "# TYPE countermark_http_request_duration_seconds histogram\n");
    uint64_t total = 0;
    for (size_t i = 0; i < METRICS_BUCKETS - 1; i++) {
        total += m->buckets[i];
        buffer_printf(out, "countermark_http_request_duration_seconds_bucket{le=\"%g\"} %llu\n",
                      (double)bounds_us[i] / US_PER_S, ull(total));
    }
    buffer_printf(out,
                  "countermark_http_request_duration_seconds_bucket{le=\"+Inf\"} %llu\n"
                  "countermark_http_request_duration_seconds_sum %g\n"
                  "countermark_http_request_duration_seconds_count %llu\n",
                  ull(m->durations), (double)m->duration_us / US_PER_S, ull(m->durations));
}

static void put_verdicts(struct buffer *out, const struct metrics *m) {
    buffer_text(out, "# HELP countermark_answers_total Answers by verdict.\n"
                     "# TYPE countermark_answers_total counter\n");
    for (unsigned v = 0; v < CM_VERDICT_N; v++)
        buffer_printf(out, "countermark_answers_total{verdict=\"%s\"} %llu\n",
                      cm_verdict_name((enum cm_verdict)v), ull(m->answers[v]));
}

/* Names of pools are JSON texts: what the format would take for its own is escaped. */
static void put_label(struct buffer *out, const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') buffer_u8(out, '\\');
        buffer_u8(out, (uint8_t)*text);
    }
}

static void put_guesses(struct buffer *out, const struct status_frame *s) {
    buffer_text(out, "# HELP countermark_guesses_total Numbers that pass every public check and "
                     "were never issued, by pool.\n"
                     "# TYPE countermark_guesses_total counter\n");
    for (size_t i = 0; i < s->guess_n; i++) {
        buffer_text(out, "countermark_guesses_total{pool=\"");
        put_label(out, s->guesses[i].pool);
        buffer_printf(out, "\"} %llu\n", ull(s->guesses[i].n));
    }
}

static void put_vault(struct buffer *out, const struct status_frame *s) {
    put_one(out, "countermark_ledger_sequence", "gauge", "Last event of the ledger.", s->sequence);
    put_one(out, "countermark_ledger_events_total", "counter", "Events since start.", s->events);
    put_one(out, "countermark_ledger_groups_total", "counter", "Durable groups since start.",
            s->groups);
    put_one(out, "countermark_ledger_unfolded_bytes", "gauge", "Journal that is not folded yet.",
            s->journal_bytes);
    put_one(out, "countermark_ledger_unit_memory_bytes", "gauge", "Memory of unit states.",
            s->unit_memory);
    put_one(out, "countermark_vault_busy_total", "counter", "Requests over the vault's ceilings.",
            s->busy);
    put_guesses(out, s);
}

cm_err metrics_write(struct buffer *out, const struct metrics *m, uint64_t open,
                     const struct status_frame *vault) {
    put_requests(out, m);
    put_durations(out, m);
    put_verdicts(out, m);
    put_one(out, "countermark_http_connections", "gauge", "Connections open now.", open);
    put_one(out, "countermark_http_connections_total", "counter", "Connections taken.",
            m->connections);
    put_one(out, "countermark_http_slow_connections_total", "counter",
            "Connections ended because the other side was too slow.", m->slow);
    put_one(out, "countermark_vault_frames_total", "counter", "Frames sent to the vault.",
            m->frames);
    put_one(out, "countermark_vault_frame_requests_total", "counter", "Requests in those frames.",
            m->frame_requests);
    if (vault != NULL) put_vault(out, vault);
    return buffer_err(out);
}
