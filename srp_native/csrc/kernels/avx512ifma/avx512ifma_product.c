/*
 * The product of many elements: one of every eight in each lane, and in the end the lanes by each
 * other. Lane 0 begins with 1 and the others with R, as seven multiplications join them, each of
 * which divides by R.
 */
#include <string.h>

#include "kernels/avx512ifma/avx512ifma.h"

#ifdef SRP_HAVE_LANES

_Static_assert(SRP_PRODUCT_DIGITS == SRP_52_DIGITS * LANES, "a product is eight numbers");

/* What an addition writes. */
typedef struct {
    ifma_scratch field;
    lanes product[SRP_52_DIGITS];
    lanes factor[SRP_52_DIGITS];
} workspace;

void avx512ifma_product_start(srp_product *product) {
    for (size_t i = 0; i < SRP_52_DIGITS; i++)
        for (size_t lane = 0; lane < LANES; lane++)
            product->digits[LANES * i + lane] = lane ? srp_52_one[i] : digit_of(i == 0);
}

void avx512ifma_product_add(srp_product *product, const uint8_t *elements, size_t count) {
    workspace w;
    ifma_start(&w.field);
    memcpy(w.product, product->digits, sizeof w.product);
    for (size_t done = 0; done < count; done += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            srp_digit *factor = lanes_digits(w.factor) + lane;
            if (done + lane < count)
                radix52_from_bytes(factor, LANES, elements + (done + lane) * SRP_ELEMENT_SIZE);
            else
                for (size_t i = 0; i < SRP_52_DIGITS; i++) factor[LANES * i] = srp_52_one[i];
        }
        ifma_mul(w.product, w.product, w.factor, &w.field);
    }
    memcpy(product->digits, w.product, sizeof w.product);
}

void avx512ifma_product_finish(uint8_t *out, const srp_product *product) {
    _Alignas(64) srp_digit row[LANES][SRP_52_ROW] = {{{0}}};
    for (size_t i = 0; i < SRP_52_DIGITS; i++)
        for (size_t lane = 0; lane < LANES; lane++)
            row[lane][i] = product->digits[LANES * i + lane];
    for (size_t lane = 1; lane < LANES; lane++) ifma_row_mul(row[0], row[0], row[lane]);
    radix52_row_to_bytes(out, row[0]);
}

#else
typedef int srp_no_lanes; /* ISO C wants something in every file */
#endif
