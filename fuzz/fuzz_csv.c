/* Fuzz target for doc/csv: rows that are read, written and read again are the same rows. */
#include "fuzz/fuzz.h"

#include "doc/csv.h"
#include "doc/csv_write.h"

/* One row through the writer and a second reader. */
static void round_trip(const struct csv_reader *row) {
    struct buffer out = BUFFER_INIT;
    struct csv_writer w;
    csv_writer_init(&w, &out, csv_dialect_at(0));
    for (size_t i = 0; i < row->n; i++)
        csv_put(&w, csv_field(row, i));
    csv_end_row(&w);
    struct csv_reader again;
    bool more = false;
    const struct csv_limits limits = {.row_max = 1u << 20, .fields_max = CSV_FIELDS_MAX};
    csv_reader_init(&again, buffer_slice(&out), ',', "again", &limits, NULL);
    fuzz_require(csv_next(&again, &more) == CM_OK && more && again.n == row->n);
    for (size_t i = 0; i < row->n; i++)
        fuzz_require(slice_equal(csv_field(row, i), csv_field(&again, i)));
    csv_reader_free(&again);
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct csv_reader r;
    struct cm_diag diag = DIAG_INIT;
    bool more = true;
    csv_reader_init(&r, slice_of(data, len), 0, "fuzz", &CSV_LIMITS_DEFAULT, &diag);
    while (more) {
        const cm_err err = csv_next(&r, &more);
        if (err != CM_OK) {
            fuzz_require(err == CM_E_NO_MEMORY || diag.problem[0] != '\0');
            break;
        }
        if (more) round_trip(&r);
    }
    csv_reader_free(&r);
    return 0;
}
