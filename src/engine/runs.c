/* Runs of packaging lines as the engine's callers see them: each act is checked by the owner.
 * It refuses everything until the ledger's side stands. Source: docs/design/runs.md. */
#include "engine/runs.h"
