/* The run is told; streaming begins where the lines' host is. */
#include "cli/run_here.h"

#include "cli/output.h"

cm_err run_here(struct cli *cli, struct cm_slice started) {
    return output_record(started, cli->json, cli->diag);
}
