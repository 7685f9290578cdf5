/*
 * Four numbers at a time: 60 digits of 52 bits, R = 2^3120, Montgomery's quotient by half products,
 * as in avx512ifma_field.c:
 *
 *     q      = low half of (a b mod R) * inverse        inverse = -N^-1 mod R
 *     result = (a b + q N) / R
 *
 * With an operand t known beforehand, and t_inverse = -t N^-1 mod R, the quotient is the low half
 * of a * t_inverse: three half products in all, where a product and a reduction are four.
 *
 * Bounds: a column gets at most 60 low and 60 high halves of products from each of two products (a
 * b and q N), each below 2^52, a carry below 2^9 besides: below 241 * 2^52 < 2^60, once the biases
 * are off.
 *
 * Results are below a b / R + N: less than 2 N for a < R and b < N, and N + 2^-46 N for a, b < 2 N.
 */
#include "kernels/avx2/avx2_block.h"

#ifdef SRP_HAVE_FMA_LANES

FMA_BEGIN

#define CACHE_LINE 64

FMA_INLINE void prefetch(avx2_ahead *ahead) {
    for (size_t i = 0; i < ahead->step; i += CACHE_LINE) fma_prefetch(ahead->next + i);
    ahead->next += ahead->step;
}

/* result = a b mod R, and a part of what is to be prefetched with each block */
FMA_INLINE void low_half(avx2_number *result, const avx2_number *a, const avx2_number *b,
                         avx2_ahead *ahead) {
    avx2_block block;
    /* Column k gets k + 1 low halves and k high ones. */
    first_block(&block, 0 - FMA_LOW_BIAS, 0 - BIAS);
    for (int k = 0; k < SRP_52_DIGITS; k += BLOCK) {
        prefetch(ahead);
        for (int i = 0; i <= k; i++) add_row(&block, a->digit[i], b->digit + k - i, 0, BLOCK);
        FMA_UNROLL
        for (int i = 1; i < BLOCK; i++) add_row(&block, a->digit[k + i], b->digit, i, BLOCK);
        put_digits(result->digit + k, &block);
        next_block(&block);
    }
}

/*
 * result = (a0 b0 + a1 b1) / R for a sum that is a multiple of R: columns 59 and up. Column k >= 60
 * of a product gets 119 - k low halves and 120 - k high ones, column 59 one high half less than
 * that. With each block of either product goes a part of what is to be prefetched.
 *
 * `result` may be an operand: block k writes digits up to k - 55 and the next ones read from there.
 */
static void high_halves(avx2_number *result, const avx2_number *a0, const avx2_number *b0,
                        const avx2_number *a1, const avx2_number *b1, avx2_ahead *ahead) {
    avx2_block block;
    first_block(&block, 0 - 2 * (59 * FMA_LOW_BIAS + 60 * FMA_HIGH_BIAS), 2 * BIAS);
    sums middle = sums_splat(0 - 2 * (60 * FMA_LOW_BIAS + 59 * FMA_HIGH_BIAS));
    add_middle(&middle, &block.column[0], a0, b0);
    add_middle(&middle, &block.column[0], a1, b1);
    block.carry = carry_of_middle(middle);
    for (int k = SRP_52_DIGITS; k < 2 * SRP_52_DIGITS; k += BLOCK) {
        prefetch(ahead);
        add_high_block(&block, a0, b0, k);
        prefetch(ahead);
        add_high_block(&block, a1, b1, k);
        put_digits(result->digit + k - SRP_52_DIGITS, &block);
        next_block(&block);
    }
}

void avx2_start(avx2_scratch *s) {
    avx2_splat(&s->modulus, srp_52_modulus);
    avx2_splat(&s->inverse, srp_52_inverse);
}

void avx2_mul_fixed(avx2_number *result, const avx2_number *a, const avx2_number *t,
                    const avx2_number *t_inverse, avx2_ahead *ahead, avx2_scratch *s) {
    low_half(&s->quotient, a, t_inverse, ahead);
    high_halves(result, a, t, &s->quotient, &s->modulus, ahead);
}

void avx2_low_half(avx2_number *result, const avx2_number *a, const avx2_number *b) {
    avx2_ahead nothing = {NULL, 0};
    low_half(result, a, b, &nothing);
}

void avx2_mul(avx2_number *result, const avx2_number *a, const avx2_number *b, avx2_scratch *s) {
    avx2_ahead nothing = {NULL, 0};
    avx2_low_half(&s->product, a, b);
    avx2_low_half(&s->quotient, &s->product, &s->inverse);
    high_halves(result, a, b, &s->quotient, &s->modulus, &nothing);
}

FMA_END

#else
typedef int srp_no_fma_lanes; /* ISO C wants something in every file */
#endif
