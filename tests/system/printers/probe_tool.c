/* A probe on the command line, for scripts: "VERDICT KIND", then the words and each fact on a line.
 * Usage: probe_tool URI */
#include <stdio.h>

#include "line/probe.h"

int main(int argc, char **argv) {
    struct cm_diag diag = DIAG_INIT;
    struct probe p;
    if (argc != 2) {
        (void)fputs("usage: probe_tool URI\n", stderr);
        return 2;
    }
    if (probe_printer(argv[1], &p, &diag) != CM_OK) {
        (void)fprintf(stderr, "probe_tool: %s: %s\n", diag.input, diag.problem);
        return 3;
    }
    (void)printf("%s %s\n%s\n", probe_verdict_name(p.verdict), p.kind, p.words);
    for (size_t i = 0; i < p.fact_n; i++)
        (void)printf("%s: %s\n", p.facts[i].name, p.facts[i].value);
    return 0;
}
