/*
 * Squares of four numbers: the products of two different digits once, then the columns doubled,
 * then the squares of digits, in the same blocks as avx2_field.c. Block k has the squares of digits
 * k / 2 to k / 2 + 2, whose halves go to columns k and k + 1, k + 2 and k + 3, k + 4 and k + 5.
 *
 * Doubling also doubles the value with which a column begins, so it begins with half of it.
 */
#include "kernels/avx2/avx2_block.h"

#ifdef SRP_HAVE_FMA_LANES

FMA_BEGIN

/* The products in columns k to k + 5 of digits from k / 2 on with those after them. */
FMA_INLINE void add_pairs(avx2_block *block, const avx2_number *a, int k) {
    const factors *digit = a->digit + k / 2;
    FMA_UNROLL
    for (int i = 0; i < BLOCK / 2; i++) add_row(block, digit[i], digit + i + 1, 2 * i + 1, BLOCK);
}

/* The upper columns of pairs that the last block, k = 114, has. */
FMA_INLINE void add_last_pairs(avx2_block *block, const avx2_number *a) {
    add_row(block, a->digit[55], a->digit + 59, 0, 1);
    add_row(block, a->digit[56], a->digit + 58, 0, 2);
    add_row(block, a->digit[57], a->digit + 58, 1, 3);
    add_row(block, a->digit[58], a->digit + 59, 3, 4);
}

FMA_INLINE void double_and_square(avx2_block *block, const avx2_number *a, int k) {
    const factors *digit = a->digit + k / 2;
    FMA_UNROLL
    for (int c = 0; c < BLOCK; c++)
        block->column[c] = sums_add(block->column[c], block->column[c]);
    FMA_UNROLL
    for (int i = 0; i < BLOCK / 2; i++)
        factors_multiply(&block->column[2 * i], &block->column[2 * i + 1], digit[i], digit[i]);
}

/* result = a^2 mod R */
static void low_square(avx2_number *result, const avx2_number *a) {
    avx2_block block;
    first_block(&block, 0 - FMA_LOW_BIAS / 2, 0 - BIAS / 2);
    for (int k = 0; k < SRP_52_DIGITS; k += BLOCK) {
        for (int i = 0; i < k / 2; i++) add_row(&block, a->digit[i], a->digit + k - i, 0, BLOCK);
        add_pairs(&block, a, k);
        double_and_square(&block, a, k);
        put_digits(result->digit + k, &block);
        next_block(&block);
    }
}

/* Column 59 of a^2, and the half of its part of column 60 that is doubled there. */
FMA_INLINE sums square_middle(sums *column_60, const avx2_number *a) {
    const int last = SRP_52_DIGITS - 1, half = SRP_52_DIGITS / 2;
    sums middle = sums_splat(0 - (60 * FMA_LOW_BIAS + 59 * FMA_HIGH_BIAS));
    factors_multiply(&middle, column_60, a->digit[0], a->digit[last]);
    for (int i = 1; i < half; i++) {
        factors_multiply(&middle, column_60, a->digit[i], a->digit[last - i]);
        factors_multiply_high(&middle, a->digit[i - 1], a->digit[last - i]);
    }
    middle = sums_add(middle, middle);
    factors_multiply_high(&middle, a->digit[half - 1], a->digit[half - 1]);
    return middle;
}

/* Columns k to k + 5 of a^2, k >= 60, without the carry from below. */
FMA_INLINE void square_high_block(avx2_block *block, const avx2_number *a, int k) {
    if (k == 2 * SRP_52_DIGITS - BLOCK) {
        add_last_pairs(block, a);
    } else {
        FMA_UNROLL
        for (int i = 1; i < BLOCK; i++)
            add_row(block, a->digit[k - SRP_52_DIGITS + i], a->digit + SRP_52_DIGITS - i, 0, i);
        for (int i = k - SRP_52_DIGITS + BLOCK; i < k / 2; i++)
            add_row(block, a->digit[i], a->digit + k - i, 0, BLOCK);
        add_pairs(block, a, k);
    }
    double_and_square(block, a, k);
}

/*
 * result = (a^2 + q n) / R for a sum that is a multiple of R. Two sums go up to the next block: the
 * sum of the pairs, which is doubled there, and the sum of q n. The values with which the columns
 * of pairs begin also subtract the biases of q n, once they are doubled. `result` may be an
 * operand.
 */
static void high_square(avx2_number *result, const avx2_number *a, const avx2_number *q,
                        const avx2_number *n) {
    avx2_block block;
    first_block(&block, 0 - (59 * FMA_LOW_BIAS + 60 * FMA_HIGH_BIAS), BIAS);
    sums middle = square_middle(&block.column[0], a), above = sums_splat(0);
    add_middle(&middle, &above, q, n);
    block.carry = carry_of_middle(middle);
    for (int k = SRP_52_DIGITS; k < 2 * SRP_52_DIGITS; k += BLOCK) {
        square_high_block(&block, a, k);
        const sums pairs = block.column[BLOCK];
        block.column[0] = sums_add(block.column[0], above);
        block.column[BLOCK] = sums_splat(0);
        add_high_block(&block, q, n, k);
        put_digits(result->digit + k - SRP_52_DIGITS, &block);
        above = block.column[BLOCK];
        block.column[BLOCK] = pairs;
        next_block(&block);
    }
}

void avx2_sqr(avx2_number *result, const avx2_number *a, avx2_scratch *s) {
    low_square(&s->product, a);
    avx2_low_half(&s->quotient, &s->product, &s->inverse);
    high_square(result, a, &s->quotient, &s->modulus);
}

FMA_END

#else
typedef int srp_no_fma_lanes; /* ISO C wants something in every file */
#endif
