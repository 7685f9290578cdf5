/*
 * Columns of a product: column k is the sum of the low halves of all a[i] b[k - i] and the high
 * halves of all a[i] b[k - 1 - i].
 *
 * Columns are computed in blocks of six, from the lowest up. A block needs 13 of 16 registers: for
 * its six columns, for the column above them, which gets the last high halves, for a digit of one
 * operand, and for the parts of a product. A row is one digit of a and six neighbours of b: 6
 * products for 7 loads. A triangle of shorter rows begins or ends a block. Clang and GCC keep all
 * of this in registers.
 *
 * Every half of a product has a bias (fma_lanes.h). From one column to the next, the number of
 * halves grows or shrinks by the same amount. So the values with which the columns begin, and which
 * subtract the biases, are an arithmetic sequence.
 */
#ifndef SRP_AVX2_BLOCK_H
#define SRP_AVX2_BLOCK_H

#include "kernels/avx2/avx2.h"

#ifdef SRP_HAVE_FMA_LANES

#define BLOCK 6
#define BIAS (FMA_LOW_BIAS + FMA_HIGH_BIAS)

typedef struct {
    sums column[BLOCK + 1];
    sums start; /* what the next column begins with, */
    sums step;  /* and what is added to that each time */
    sums carry; /* into the lowest column */
} avx2_block;

FMA_BEGIN

FMA_INLINE sums new_column(avx2_block *block) {
    sums start = block->start;
    block->start = sums_add(start, block->step);
    return start;
}

/* The lowest block. */
FMA_INLINE void first_block(avx2_block *block, uint64_t start, uint64_t step) {
    block->start = sums_splat(start);
    block->step = sums_splat(step);
    block->carry = sums_splat(0);
    FMA_UNROLL
    for (int c = 0; c <= BLOCK; c++) block->column[c] = new_column(block);
}

FMA_INLINE void next_block(avx2_block *block) {
    block->column[0] = block->column[BLOCK];
    FMA_UNROLL
    for (int c = 1; c <= BLOCK; c++) block->column[c] = new_column(block);
}

/* Columns from `first` to before `end` += a times b[0], b[1] and so on. */
FMA_INLINE void add_row(avx2_block *block, factors a, const factors *b, int first, int end) {
    FMA_UNROLL
    for (int c = first; c < end; c++)
        factors_multiply(&block->column[c], &block->column[c + 1], a, b[c - first]);
}

/* target[0..5] = the six columns as digits */
FMA_INLINE void put_digits(factors *target, avx2_block *block) {
    const sums mask = sums_splat(SRP_52_MASK);
    FMA_UNROLL
    for (int c = 0; c < BLOCK; c++) {
        sums sum = sums_add(block->carry, block->column[c]);
        target[c] = factors_from(sums_and(sum, mask));
        block->carry = sums_carry(sum);
    }
}

/* Columns k to k + 5 of a b, k >= 60: digits from k - 59 on. */
FMA_INLINE void add_high_block(avx2_block *block, const avx2_number *a, const avx2_number *b,
                               int k) {
    FMA_UNROLL
    for (int i = 1; i < BLOCK; i++)
        add_row(block, a->digit[k - SRP_52_DIGITS + i], b->digit + SRP_52_DIGITS - i, 0, i);
    for (int i = k - SRP_52_DIGITS + BLOCK; i < SRP_52_DIGITS; i++)
        add_row(block, a->digit[i], b->digit + k - i, 0, BLOCK);
}

/*
 * Column 59 of a b, and its part of column 60. The low halves of column 58 are left out: no digit
 * below 60 is wanted, only their carry.
 */
FMA_INLINE void add_middle(sums *column_59, sums *column_60, const avx2_number *a,
                           const avx2_number *b) {
    const int last = SRP_52_DIGITS - 1;
    factors_multiply(column_59, column_60, a->digit[0], b->digit[last]);
    for (int i = 1; i <= last; i++) {
        factors_multiply(column_59, column_60, a->digit[i], b->digit[last - i]);
        factors_multiply_high(column_59, a->digit[i - 1], b->digit[last - i]);
    }
}

/*
 * The carry out of column 59 for a sum that is a multiple of R. What columns 0 to 58 would add to
 * it is at most their own 240 * 2^52 / 2^52, rounded up: 0 <= d <= 241. So column 59 plus d is a
 * multiple of 2^52 and carries (column 59 + 2^52 - 1) >> 52, whatever d is.
 */
FMA_INLINE sums carry_of_middle(sums column_59) {
    return sums_carry(sums_add(column_59, sums_splat(SRP_52_MASK)));
}

FMA_END

#endif
#endif
