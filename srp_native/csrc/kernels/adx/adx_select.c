/*
 * The same as portable_select.c, for kernel adx. An entry fits into twelve AVX2 registers, so one
 * pass over the table is enough. An instruction takes four limbs.
 */
#include "kernels/adx/adx.h"

#if SRP_X86_64

#include <immintrin.h>

#define LANES 4
#define VECTORS (SRP_ADX_LIMBS / LANES)

__attribute__((target("avx2"))) void adx_select(srp_digit *result, const srp_digit *table,
                                                size_t entries, srp_index index) {
    __m256i limbs[VECTORS];
    for (size_t i = 0; i < VECTORS; i++) limbs[i] = _mm256_setzero_si256();
    for (size_t entry = 0; entry < entries; entry++, table += SRP_ADX_LIMBS) {
        __m256i mask = _mm256_set1_epi64x((long long)mask_if_equal(entry, index).hidden);
        for (size_t i = 0; i < VECTORS; i++) {
            __m256i source = _mm256_loadu_si256((const __m256i *)(table + LANES * i));
            limbs[i] = _mm256_or_si256(limbs[i], _mm256_and_si256(source, mask));
        }
    }
    for (size_t i = 0; i < VECTORS; i++)
        _mm256_storeu_si256((__m256i *)(result + LANES * i), limbs[i]);
}

#endif
