/* The public face: dispatch to the implementation behind the handle; names of verdicts. */
#include "engine/engine.h"
#include "engine/remote.h"

cm_err cm_engine_run(struct cm_engine *engine, struct cm_call *calls, size_t n) {
    return engine->ops->run(engine, calls, n);
}

cm_err cm_engine_connect(struct cm_engine **out, const char *path) {
    return remote_open(path, out, NULL);
}

void cm_engine_close(struct cm_engine *engine) {
    if (engine != NULL) engine->ops->close(engine);
}
