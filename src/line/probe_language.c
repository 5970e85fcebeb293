/* The table of languages. References as in probe_language.h. */
#include "line/probe_language.h"

#include <ctype.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/reply.h"

#define STX            "\x02"
#define ETX            "\x03"
#define HS_1_COMMAS    11u
#define HS_PAPER       1u
#define HS_PAUSE       2u
#define HS_QUEUE       4u
#define ERROR_HEX      12u
#define ERROR_MEDIA    0x1u
#define ERROR_RIBBON   0x2u
#define ERROR_HEAD     0x4u
#define ERROR_PAUSED   0x10000u
#define NGPCL_STATE    9u
#define DIGITS_MAX     10u
#define IDENTITY_LEAST 4u
#define NAK            0x15u
#define NAK_DIGITS     3u

void probe_fact(struct probe *p, const char *name, struct cm_slice value) {
    if (p->fact_n == PROBE_FACTS || value.len == 0) return;
    struct probe_fact *f = &p->facts[p->fact_n++];
    *f = (struct probe_fact){.name = ""};
    text_append(f->name, sizeof f->name, "%s", name);
    for (size_t i = 0; i < value.len && i + 1 < sizeof f->value; i++)
        f->value[i] = value.p[i] >= ' ' && value.p[i] < 0x7Fu ? (char)value.p[i] : '?';
}

static void fact_text(struct probe *p, const char *name, const char *value) {
    probe_fact(p, name, slice_text(value));
}

static bool holds(struct cm_slice heard, const char *text) {
    return reply_behind(heard, text).p != NULL;
}

struct cm_slice probe_answer(const struct probe_question *q, struct cm_slice heard) {
    const struct cm_slice behind = reply_behind(heard, q->answer);
    if (behind.p == NULL || behind.len == 0) return slice_of(NULL, 0);
    if (q->end == '\0') return probe_ipp_is_whole(heard) ? heard : slice_of(NULL, 0);
    const uint8_t *end = memchr(behind.p, q->end, behind.len);
    return end == NULL ? slice_of(NULL, 0) : slice_of(heard.p, (size_t)(end - heard.p) + 1);
}

/* What stands between the first `key` and the next `end`. */
static struct cm_slice between(struct cm_slice text, const char *key, char end) {
    const struct cm_slice behind = reply_behind(text, key);
    if (behind.p == NULL) return slice_of(NULL, 0);
    return reply_part(behind, (uint8_t)end, 0);
}

/* ---- ZPL */

static void zpl_state(uint64_t errors, bool paper, bool paused, struct probe *out) {
    char text[64] = "";
    if (errors & ERROR_MEDIA || paper) text_append(text, sizeof text, "paper out, ");
    if (errors & ERROR_RIBBON) text_append(text, sizeof text, "ribbon out, ");
    if (errors & ERROR_HEAD) text_append(text, sizeof text, "head open, ");
    if (errors & ERROR_PAUSED || paused) text_append(text, sizeof text, "paused, ");
    const size_t len = strlen(text);
    if (len > 2) text[len - 2] = '\0';
    fact_text(out, "state", len > 2 ? text : "ready");
}

static bool zpl_read(const struct cm_slice *answers, struct probe *out) {
    const struct cm_slice first = between(answers[0], STX, ETX[0]);
    const bool status = reply_count(first, ',') == HS_1_COMMAS;
    struct cm_slice errors = reply_behind(answers[0], "ERRORS:");
    const bool known = holds(answers[0], "PRINTER STATUS");
    const struct cm_slice id = between(answers[0], "\"", '"');
    const struct cm_slice count = between(answers[1], "\"", '"');
    uint64_t labels = 0;
    const bool counts = reply_is_u64(count, &labels);
    if (!status && !known && !counts) return false;
    (void)reply_word(&errors);
    const uint64_t high = reply_hex(reply_word(&errors));
    const uint64_t low = reply_hex(reply_word(&errors));
    zpl_state(high << 32 | low, status && reply_u64(reply_part(first, ',', HS_PAPER), 0) != 0,
              status && reply_u64(reply_part(first, ',', HS_PAUSE), 0) != 0, out);
    struct cm_slice queue = reply_part(first, ',', HS_QUEUE);
    while (queue.len > 1 && queue.p[0] == '0')
        queue = slice_of(queue.p + 1, queue.len - 1);
    if (status) probe_fact(out, "formats waiting", queue);
    if (!slice_equal(id, slice_text("?"))) probe_fact(out, "serial number", id);
    probe_fact(out, "labels printed", counts ? count : slice_text("not counted: no odometer"));
    return true;
}

static bool zpl_smells(struct cm_slice heard) { return holds(heard, "PRINTER STATUS"); }

/* ---- ZTC */

static bool ztc_read(const struct cm_slice *answers, struct probe *out) {
    static const char *const states[] = {"shut down", "starting", "shutting down", "running",
                                         "offline"};
    static const char *const errors[] = {"none", "warnings", "faults"};
    const struct cm_slice status = between(answers[0], "STS|", '\r');
    const uint64_t state = reply_u64(reply_part(status, '|', 0), UINT64_MAX);
    const uint64_t error = reply_u64(reply_part(status, '|', 1), UINT64_MAX);
    if (status.len == 0) return false;
    fact_text(out, "state", state < CM_ARRAY_N(states) ? states[state] : "unknown");
    fact_text(out, "faults", error < CM_ARRAY_N(errors) ? errors[error] : "unknown");
    probe_fact(out, "job", reply_part(status, '|', 2));
    probe_fact(out, "prints of its life", reply_part(status, '|', 4));
    probe_fact(out, "version of the language", between(answers[1], "VER|", '|'));
    probe_fact(out, "jobs stored", between(answers[2], "JBL|", '|'));
    return true;
}

static bool ztc_smells(struct cm_slice heard) {
    return reply_begins(heard, "ERR\r") || holds(heard, "\rERR\r") || holds(heard, "\nERR\r");
}

/* ---- SPPL */

static bool sppl_read(const struct cm_slice *answers, struct probe *out) {
    const struct cm_slice state = between(answers[0], "SPPSTA:", '}');
    if (state.len == 0) return false;
    probe_fact(out, "state", reply_part(state, '<', 0));
    probe_fact(out, "because", reply_part(state, '<', 1));
    probe_fact(out, "template", between(answers[1], "SPLGAT:", '}'));
    probe_fact(out, "prints of its life", between(answers[2], ":", '}'));
    return true;
}

static bool sppl_smells(struct cm_slice heard) { return holds(heard, "SPGRES{"); }

/* ---- WSI */

static bool wsi_read(const struct cm_slice *answers, struct probe *out) {
    const struct cm_slice errors = between(answers[0], STX, ETX[0]);
    if (errors.len <= ERROR_HEX) return false;
    for (size_t i = 0; i < errors.len; i++)
        if (!isxdigit(errors.p[i])) return false;
    const bool fault = reply_hex(slice_of(errors.p, ERROR_HEX)) != 0;
    fact_text(out, "state", fault ? "error bits are set" : "no error");
    probe_fact(out, "message", between(answers[1], STX, ETX[0]));
    const struct cm_slice count = between(answers[2], STX, ETX[0]);
    probe_fact(out, "prints", count.len <= DIGITS_MAX ? count : slice_text("unknown"));
    return true;
}

/* $XX or !XX, the sum of what was asked. */
static bool wsi_smells(struct cm_slice heard) {
    return heard.len == 3 && (heard.p[0] == '$' || heard.p[0] == '!');
}

/* ---- Codenet, NGPCL */

static bool codenet_read(const struct cm_slice *answers, struct probe *out) {
    const struct cm_slice identity = between(answers[0],
                                             "\x1b"
                                             "A",
                                             '\x04');
    if (identity.len < IDENTITY_LEAST || identity.p[0] == '?') return false;
    probe_fact(out, "identity", identity);
    probe_fact(out, "status",
               between(answers[1],
                       "\x1b"
                       "O1",
                       '\x04'));
    return true;
}

static bool codenet_smells(struct cm_slice heard) {
    uint64_t reason = 0;
    return heard.len > NAK_DIGITS && heard.p[0] == NAK &&
           reply_is_u64(slice_of(heard.p + 1, NAK_DIGITS), &reason);
}

static bool ngpcl_read(const struct cm_slice *answers, struct probe *out) {
    static const struct {
        const char *number, *state;
    } states[] = {{"06", "printing"},
                  {"11", "idle"},
                  {"09", "beam stop"},
                  {"05", "needs attention"},
                  {"04", "stopped"}};
    const struct cm_slice status = between(answers[0], "{~DS", '}');
    const struct cm_slice number = reply_part(status, '|', NGPCL_STATE);
    if (number.len == 0) return false;
    const char *state = "unknown";
    for (size_t i = 0; i < CM_ARRAY_N(states); i++)
        if (slice_equal(number, slice_text(states[i].number))) state = states[i].state;
    fact_text(out, "state", state);
    probe_fact(out, "job", reply_part(between(answers[1], "{~JN0|", '}'), '|', 0));
    return true;
}

static bool ngpcl_smells(struct cm_slice heard) { return reply_begins(heard, "{~"); }

/* ---- IPP: a web server, too, answers so */

static bool ipp_smells(struct cm_slice heard) { return reply_begins(heard, "HTTP/"); }

/* ---- The table. Line ends in front of ~HS end what another program may have left half said. */

static const struct probe_language languages[] = {
    {"zpl",
     "ZPL",
     "zpl+tcp://",
     "",
     {{"\n\n\n~HS\n~HQES\n! U1 getvar \"device.unique_id\"\r\n", "\"", '"'},
      {"! U1 getvar \"odometer.total_label_count\"\r\n", "\"", '"'}},
     2,
     zpl_read,
     zpl_smells},
    {"sppl",
     "Savema SPPL",
     "sppl+tcp://",
     "",
     {{"~SPPSTA^", "SPPSTA:", '^'}, {"~SPLGAT^", "SPGRES{", '^'}, {"~SPGGTP^", "SPGRES{", '^'}},
     3,
     sppl_read,
     sppl_smells},
    {"ztc",
     "Videojet/Linx ZTC",
     "ztc+tcp://",
     "",
     {{"\rGST\r", "STS|", '\r'}, {"VER\r", "VER|", '\r'}, {"GJL\r", "JBL|", '\r'}},
     3,
     ztc_read,
     ztc_smells},
    {"ngpcl",
     "Markem-Imaje NGPCL",
     "raw+tcp://",
     "?protocol=ngpcl",
     {{"{~DR|}\r", "{~DS", '\r'}, {"{~JR|}\r", "{~JN0|", '\r'}},
     2,
     ngpcl_read,
     ngpcl_smells},
    {"codenet",
     "Domino Codenet",
     "raw+tcp://",
     "?protocol=codenet",
     {{"\x1b"
       "A?\x04",
       "\x1b"
       "A",
       '\x04'},
      {"\x1b"
       "O1?\x04",
       "\x1b"
       "O1",
       '\x04'}},
     2,
     codenet_read,
     codenet_smells},
    {"wsi",
     "Videojet WSI",
     "wsi+tcp://",
     "",
     {{STX "E" ETX, STX, '\x03'}, {STX "Q" ETX, STX, '\x03'}, {STX "GA" ETX, STX, '\x03'}},
     3,
     wsi_read,
     wsi_smells},
    {"ipp", "IPP", "ipp://", "/ipp/print", {{NULL, "HTTP/", '\0'}}, 1, probe_ipp_read, ipp_smells},
};

const struct probe_language *probe_language_at(size_t i) {
    return i < CM_ARRAY_N(languages) ? &languages[i] : NULL;
}

const struct probe_language *probe_language_of(const struct printer_uri *uri) {
    const char *name = strcmp(uri->kind, "raw") == 0 ? uri->protocol : uri->kind;
    for (size_t i = 0; i < CM_ARRAY_N(languages); i++)
        if (strcmp(languages[i].kind, name) == 0) return &languages[i];
    return NULL;
}
