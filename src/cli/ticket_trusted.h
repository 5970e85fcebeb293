/* What a check offline rests on: the trust files and revocation lists that were named, read and
 * believed. Lists whose next update has passed are told of, or with --strict refused. */
#ifndef CM_CLI_TICKET_TRUSTED_H
#define CM_CLI_TICKET_TRUSTED_H

#include "cli/command.h"
#include "pass/revoked.h"
#include "pass/ticket_check.h"

struct trusted {
    struct trust *files[TICKET_TRUSTS_MAX];
    struct revoked lists[TICKET_TRUSTS_MAX];
    size_t n, list_n;
};
void trusted_wipe(struct trusted *t);

#define TRUSTED_OPTIONS                                                                            \
    {"trust", OPTION_LIST, "FILE", "an issuer's trust file", NULL, false},                         \
        {"revocations", OPTION_LIST, "FILE", "an issuer's list of revoked tickets", NULL, false},  \
    {                                                                                              \
        "strict", OPTION_FLAG, NULL, "refuse a list whose next update has passed", NULL, false     \
    }

/** Read --trust and --revocations; trusted_wipe it in every case.
 * @retval CM_E_ARGUMENT  no --trust      @retval CM_E_LIMIT  more than TICKET_TRUSTS_MAX
 * @retval CM_E_STATE     --strict, and a list is late       @retval as trust_read, revoked_read */
CM_MUST_CHECK cm_err trusted_read(struct cli *cli, uint64_t now_unix_s, struct trusted *out);
/* Have the checker ask them; borrows t and `files`. */
void trusted_put(struct trusted *t, const struct trust *files[static TICKET_TRUSTS_MAX],
                 struct ticket_checker *checker);

#endif
