/* What importing asks of the engine: to take a list in, with all its units or not at all, and to
 * say whose a text is already. Source: docs/design/imports.md. */
#ifndef CM_ENGINE_IMPORTS_H
#define CM_ENGINE_IMPORTS_H

#include "engine/engine.h"

struct engine_import {
    uint32_t set, actor;      /* set: a free number, under which key and files are in place */
    struct cm_slice document; /* DOCUMENT_LEGACY */
    uint64_t units, imported; /* serials spent and units among them; 0 and 0 for aliases */
};
/** Take a list in. Its files are durable under their names; document and units are one group.
 * @param[in] files  as the document says; opened once before anything is journaled
 * @retval as registry_check and legacy_open, CM_E_STATE, CM_E_DEAD, CM_E_NO_SPACE */
CM_MUST_CHECK cm_err engine_import(struct cm_engine *engine, const struct engine_import *import,
                                   const struct legacy_wanted *files, struct cm_diag *diag);

/** Say which imported list cannot be read, where an error is CM_E_CORRUPT and nobody has said more.
 * @return err */
cm_err engine_blame_list(struct cm_engine *engine, cm_err err, struct cm_diag *diag);

/* Among what to look: units of one brand and mode. */
struct owned_ask {
    uint32_t brand;
    bool test;
    bool own;   /* schemes and pools */
    bool lists; /* imported lists */
};
struct owned {
    uint32_t set; /* 0 = nobody's */
    uint64_t serial;
};
/** The issued units that n texts belong to, at whatever door they stand or none. Not journaled: for
 * those who are about to give a text an owner. PINs are not asked for.
 * @retval CM_E_CORRUPT  a list that may have one of the texts cannot be read
 * @retval CM_E_CRYPTO, CM_E_IO, CM_E_NO_MEMORY, CM_E_DEAD */
CM_MUST_CHECK cm_err engine_owned(struct cm_engine *engine, const struct owned_ask *ask,
                                  const struct cm_slice *texts, size_t n, struct owned *out);

#endif
