/* Options by a table. References as in arguments.h; docs/man/countermarkd.8. */
#include "daemon/arguments.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"

#define LISTEN_DEFAULT "127.0.0.1:8480"
#define PORT_MAX       65535u
#define FD_MAX         1048576u
#define COUNT_MAX      1000000000u

const char arguments_help[] =
    "usage: countermarkd --workspace DIR [OPTIONS]\n"
    "\n"
    "Serves a workspace over HTTP (check, redeem, reserve, issue) and drives its printers.\n"
    "\n"
    "  --workspace DIR            the workspace (made by `countermark init`)\n"
    "  --listen HOST:PORT         address to serve, default 127.0.0.1:8480; port 0: any free one\n"
    "  --key-file FILE            opens the keystore; a sandbox has its own and needs neither\n"
    "  --passphrase-fd N          or: read the passphrase from this descriptor, to its end\n"
    "  --tls-cert FILE            PEM certificate chain; with --tls-key: serve HTTPS\n"
    "  --tls-key FILE             PEM private key\n"
    "  --trusted-proxy NETWORK    believe X-Forwarded-For from it (10.0.0.0/8); may be repeated\n"
    "  --wrong-per-minute N       wrong answers of one address a minute, default 60; 0: no limit\n"
    "  --key-wrong-per-minute N   of one API key, default 600; 0: no limit\n"
    "  --vault-wrong-per-second N of all together, default 2000; 0: no limit\n"
    "  --issue-per-second N       codes given out, default 20000; 0: no limit\n"
    "  --connections N            open at once, default 4096\n"
    "  --connections-per-address N  default 512; 0: no limit\n"
    "  --no-lines                 drive no printers: their runs wait\n"
    "  --help, --version\n"
    "\n"
    "examples:\n"
    "  countermarkd --workspace shop --key-file shop.key\n"
    "  countermarkd --workspace shop --passphrase-fd 3 3<passphrase.txt --listen [::]:8480\n";

enum kind { TEXT, NUMBER, FLAG, LISTEN, NETWORK };
struct option_row {
    const char *name;
    enum kind kind;
    void *to;
    uint64_t min, max;
};

static cm_err bad(struct cm_diag *diag, const char *option, const char *problem) {
    return diag_fail(diag, CM_E_ARGUMENT, option, NULL, "see countermarkd --help", "%s", problem);
}

/* "host:port" or "[v6]:port". */
static cm_err set_listen(struct daemon_options *o, const char *text, struct cm_diag *diag) {
    const char *colon = strrchr(text, ':');
    const char *host = text, *end = colon;
    uint64_t port = 0;
    if (colon == NULL || text_u64(slice_text(colon + 1), PORT_MAX, &port) != CM_OK)
        return bad(diag, "--listen", "not HOST:PORT");
    if (host[0] == '[' && end[-1] == ']') {
        host++;
        end--;
    }
    const size_t len = end > host ? (size_t)(end - host) : 0;
    if (len == 0 || len >= sizeof o->host || strlen(colon + 1) >= sizeof o->port)
        return bad(diag, "--listen", "not HOST:PORT");
    memcpy(o->host, host, len);
    o->host[len] = '\0';
    memcpy(o->port, colon + 1, strlen(colon + 1) + 1);
    return CM_OK;
}

static cm_err set_network(struct daemon_options *o, const char *text, struct cm_diag *diag) {
    if (o->trusted_n == NETWORKS_MAX) return bad(diag, "--trusted-proxy", "more than 16 networks");
    if (network_parse(text, &o->trusted[o->trusted_n]) != CM_OK)
        return bad(diag, "--trusted-proxy", "not a network such as 10.0.0.0/8");
    o->trusted_n++;
    return CM_OK;
}

static cm_err set(struct daemon_options *o, const struct option_row *row, const char *value,
                  struct cm_diag *diag) {
    uint64_t number = 0;
    if (row->kind == LISTEN) return set_listen(o, value, diag);
    if (row->kind == NETWORK) return set_network(o, value, diag);
    if (row->kind == TEXT) {
        *(const char **)row->to = value;
        return CM_OK;
    }
    if (text_u64(slice_text(value), row->max, &number) != CM_OK || number < row->min)
        return bad(diag, row->name, "not a number in its range");
    *(uint32_t *)row->to = (uint32_t)number;
    return CM_OK;
}

static cm_err take_one(struct daemon_options *o, const struct option_row *rows, size_t n,
                       char **argv, int *at, struct cm_diag *diag) {
    const char *name = argv[*at], *equals = strchr(name, '=');
    const size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
    for (size_t i = 0; i < n; i++) {
        if (strlen(rows[i].name) != len || strncmp(rows[i].name, name, len) != 0) continue;
        if (rows[i].kind == FLAG) {
            *(bool *)rows[i].to = true;
            return equals == NULL ? CM_OK : bad(diag, rows[i].name, "takes no value");
        }
        const char *value = equals != NULL ? equals + 1 : argv[++*at];
        if (value == NULL) return bad(diag, rows[i].name, "needs a value");
        return set(o, &rows[i], value, diag);
    }
    return bad(diag, name, "unknown option");
}

static cm_err check(const struct daemon_options *o, struct cm_diag *diag) {
    if (o->help || o->version) return CM_OK;
    if (o->workspace == NULL) return bad(diag, "--workspace", "is needed");
    if (o->key_file != NULL && o->passphrase_fd >= 0)
        return bad(diag, "--key-file", "and --passphrase-fd exclude each other");
    if ((o->tls_certificate == NULL) != (o->tls_key == NULL))
        return bad(diag, "--tls-cert", "and --tls-key belong together");
    return CM_OK;
}

cm_err arguments_parse(int argc, char **argv, struct daemon_options *out, struct cm_diag *diag) {
    struct daemon_options o = {
        .passphrase_fd = -1, .edge = EDGE_LIMITS_DEFAULT, .vault = VAULT_LIMITS_DEFAULT};
    uint32_t fd = UINT32_MAX;
    const struct option_row rows[] = {
        {"--workspace", TEXT, &o.workspace, 0, 0},
        {"--listen", LISTEN, NULL, 0, 0},
        {"--key-file", TEXT, &o.key_file, 0, 0},
        {"--passphrase-fd", NUMBER, &fd, 0, FD_MAX},
        {"--tls-cert", TEXT, &o.tls_certificate, 0, 0},
        {"--tls-key", TEXT, &o.tls_key, 0, 0},
        {"--trusted-proxy", NETWORK, NULL, 0, 0},
        {"--wrong-per-minute", NUMBER, &o.edge.address_wrong_per_min, 0, COUNT_MAX},
        {"--key-wrong-per-minute", NUMBER, &o.edge.key_wrong_per_min, 0, COUNT_MAX},
        {"--vault-wrong-per-second", NUMBER, &o.vault.wrong_per_s, 0, COUNT_MAX},
        {"--issue-per-second", NUMBER, &o.vault.issue_per_s, 0, COUNT_MAX},
        {"--connections", NUMBER, &o.edge.connections, 1, FD_MAX},
        {"--connections-per-address", NUMBER, &o.edge.connections_per_address, 0, FD_MAX},
        {"--no-lines", FLAG, &o.no_lines, 0, 0},
        {"--help", FLAG, &o.help, 0, 0},
        {"--version", FLAG, &o.version, 0, 0},
    };
    TRY(set_listen(&o, LISTEN_DEFAULT, diag));
    for (int i = 1; i < argc; i++)
        TRY(take_one(&o, rows, CM_ARRAY_N(rows), argv, &i, diag));
    if (fd != UINT32_MAX) o.passphrase_fd = (int)fd;
    if (o.vault.wrong_per_s < o.vault.caller_wrong_per_s)
        o.vault.caller_wrong_per_s = o.vault.wrong_per_s;
    TRY(check(&o, diag));
    *out = o;
    return CM_OK;
}
