/*
 * 2^x mod N for one number, by the comb that scalar_comb.inc describes, for an exponent of up to
 * 256 bits. The comb's table fits into a core's own cache; the tables of the windows, which make a
 * batch fast, do not. The next factor is selected while the product is multiplied by the one
 * before.
 */
#include "kernels/avx512ifma/avx512ifma.h"

#ifdef SRP_HAVE_LANES

#define STEPS (SRP_COMB_TABLES * SRP_COMB_COLUMNS)

/* Everything that one number is computed in; wiped as a whole. */
typedef struct {
    _Alignas(64) srp_digit factor[SRP_52_ROW];
    srp_digit product[SRP_52_ROW];
} workspace;

/* Columns from the highest down, and in each of them every table. */
static const srp_digit *table_of(size_t step) { return srp_ifma_comb[step % SRP_COMB_TABLES][0]; }

static srp_index step_index(const uint8_t *exponent, size_t length, size_t step) {
    size_t column = SRP_COMB_COLUMNS - 1 - step / SRP_COMB_TABLES;
    return comb_index(exponent, length, step % SRP_COMB_TABLES, column);
}

LANES_BEGIN

/* row = 2^(x mod 2^11) */
static void free_factor(srp_digit *row, const uint8_t *exponent, size_t length) {
    lanes power = lanes_splat_index(radix52_window(exponent, length, 0, SRP_FREE_BITS));
    for (size_t i = 0; i < SRP_52_ROW; i += LANES) {
        srp_index start[LANES];
        for (size_t lane = 0; lane < LANES; lane++)
            start[lane] = index_of(SRP_52_BITS * (i + lane));
        lanes_store(row + i, ifma_power_digit(power, lanes_load_indices(start)));
    }
}

LANES_END

void ifma_comb(uint8_t *out, const uint8_t *exponent, size_t length) {
    workspace w;
    srp_index index = step_index(exponent, length, 0);
    ifma_row_select(w.product, table_of(0), SRP_COMB_ENTRIES, index);
    index = step_index(exponent, length, 1);
    ifma_row_select(w.factor, table_of(1), SRP_COMB_ENTRIES, index);
    for (size_t step = 1; step < STEPS - 1; step++) {
        index = step_index(exponent, length, step + 1);
        if (step % SRP_COMB_TABLES == 0) ifma_row_mul(w.product, w.product, w.product);
        ifma_row_mul_and_select(w.product, w.product, w.factor, w.factor, table_of(step + 1),
                                index);
    }
    ifma_row_mul(w.product, w.product, w.factor);
    free_factor(w.factor, exponent, length);
    ifma_row_mul(w.product, w.product, w.factor);
    radix52_row_to_bytes(out, w.product);
    srp_wipe(&w, sizeof w);
}

#else
typedef int srp_no_lanes; /* ISO C wants something in every file */
#endif
