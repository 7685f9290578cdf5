/*
 * Eight numbers at a time: 60 digits of 52 bits, R = 2^3120, Montgomery's quotient by half
 * products.
 *
 *     q      = low half of (a b mod R) * inverse        inverse = -N^-1 mod R
 *     result = (a b + q N) / R
 *
 * With an operand t known beforehand, and t_inverse = -t N^-1 mod R, the quotient is the low half
 * of a * t_inverse: three half products in all, where a product and a reduction are four.
 *
 * The unit of work is a tile of 10 x 10 digits. Its twenty columns and ten digits of one operand
 * fill 30 of the 32 registers, the other operand's digits come one by one through the 31st: 200
 * multiplications for 20 loads. Tiles on one diagonal share their columns, which stay in registers;
 * from a diagonal to the next they move down by ten.
 *
 * Bounds: a column gets at most 60 low and 60 high halves of products from each of two products
 * (a b and q N), each below 2^52, a carry below 2^9 besides: below 241 * 2^52 < 2^60. A square
 * doubles columns of half as many.
 *
 * The high half leaves out columns 0 to 58. a b + q N is a multiple of R, and what those columns
 * would add to column 59 is at most their own 240 * 2^52 / 2^52, rounded up: 0 <= d <= 241. So
 * column 59 plus d is a multiple of 2^52 and carries (column 59 + 2^52 - 1) >> 52, whatever d is.
 *
 * Results are below a b / R + N: less than 2 N for a < R and b < N, and N + 2^-46 N for a, b < 2 N.
 */
#include "kernels/avx512ifma/avx512ifma.h"

#ifdef SRP_HAVE_LANES

LANES_BEGIN

#define TILE 10
#define BLOCKS (SRP_52_DIGITS / TILE)

#define COLUMNS                                                                             \
    const lanes zero = lanes_splat(0), mask = lanes_splat(SRP_52_MASK);                 \
    lanes carry = zero;                                                                     \
    lanes c0 = zero, c1 = zero, c2 = zero, c3 = zero, c4 = zero, c5 = zero, c6 = zero;      \
    lanes c7 = zero, c8 = zero, c9 = zero, c10 = zero, c11 = zero, c12 = zero, c13 = zero;  \
    lanes c14 = zero, c15 = zero, c16 = zero, c17 = zero, c18 = zero, c19 = zero;

/* To the next diagonal. */
#define NEXT_COLUMNS                                                    \
    c0 = c10; c1 = c11; c2 = c12; c3 = c13; c4 = c14;                   \
    c5 = c15; c6 = c16; c7 = c17; c8 = c18; c9 = c19;                   \
    c10 = c11 = c12 = c13 = c14 = c15 = c16 = c17 = c18 = c19 = zero;

/* Digit x times b0 to b9. No column is needed again before ten others: a product takes 4 cycles. */
#define ROW(x, C0, C1, C2, C3, C4, C5, C6, C7, C8, C9, C10)             \
    C0 = lanes_mul_low(C0, x, b0); C1 = lanes_mul_low(C1, x, b1);       \
    C2 = lanes_mul_low(C2, x, b2); C3 = lanes_mul_low(C3, x, b3);       \
    C4 = lanes_mul_low(C4, x, b4); C5 = lanes_mul_low(C5, x, b5);       \
    C6 = lanes_mul_low(C6, x, b6); C7 = lanes_mul_low(C7, x, b7);       \
    C8 = lanes_mul_low(C8, x, b8); C9 = lanes_mul_low(C9, x, b9);       \
    C1 = lanes_mul_high(C1, x, b0); C2 = lanes_mul_high(C2, x, b1);     \
    C3 = lanes_mul_high(C3, x, b2); C4 = lanes_mul_high(C4, x, b3);     \
    C5 = lanes_mul_high(C5, x, b4); C6 = lanes_mul_high(C6, x, b5);     \
    C7 = lanes_mul_high(C7, x, b6); C8 = lanes_mul_high(C8, x, b7);     \
    C9 = lanes_mul_high(C9, x, b8); C10 = lanes_mul_high(C10, x, b9);

/*
 * c0..c19 += a[0..9] * b[0..9]. Where columns are not read afterwards (the upper ones at the end
 * of a low half, the lower ones at the start of a high half) compilers leave their products out.
 */
#define MUL_TILE(a, b)                                                                      \
    do {                                                                                    \
        const lanes *row = (a), *other = (b);                                               \
        const lanes b0 = other[0], b1 = other[1], b2 = other[2], b3 = other[3];             \
        const lanes b4 = other[4], b5 = other[5], b6 = other[6], b7 = other[7];             \
        const lanes b8 = other[8], b9 = other[9];                                           \
        lanes x;                                                                            \
        x = row[0]; ROW(x, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10)                     \
        x = row[1]; ROW(x, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11)                    \
        x = row[2]; ROW(x, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12)                   \
        x = row[3]; ROW(x, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13)                  \
        x = row[4]; ROW(x, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14)                 \
        x = row[5]; ROW(x, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15)                \
        x = row[6]; ROW(x, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16)               \
        x = row[7]; ROW(x, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17)              \
        x = row[8]; ROW(x, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18)             \
        x = row[9]; ROW(x, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19)            \
    } while (0)

#define CARRY_INTO(digit, column)      \
    carry = lanes_add(carry, column);  \
    digit = lanes_and(carry, mask);    \
    carry = lanes_carry(carry);

/* target[0..9] = c0..c9 as digits */
#define PUT_DIGITS(target)                                                                  \
    do {                                                                                    \
        lanes *to = (target);                                                               \
        CARRY_INTO(to[0], c0) CARRY_INTO(to[1], c1) CARRY_INTO(to[2], c2)                   \
        CARRY_INTO(to[3], c3) CARRY_INTO(to[4], c4) CARRY_INTO(to[5], c5)                   \
        CARRY_INTO(to[6], c6) CARRY_INTO(to[7], c7) CARRY_INTO(to[8], c8)                   \
        CARRY_INTO(to[9], c9)                                                               \
    } while (0)

/* target[0..9] = c0..c9 as they are */
#define PUT_COLUMNS(target)                                                                 \
    do {                                                                                    \
        lanes *to = (target);                                                               \
        to[0] = c0; to[1] = c1; to[2] = c2; to[3] = c3; to[4] = c4;                         \
        to[5] = c5; to[6] = c6; to[7] = c7; to[8] = c8; to[9] = c9;                         \
    } while (0)

/* c0..c9 += source[0..9] */
#define ADD_COLUMNS(source)                                                                 \
    do {                                                                                    \
        const lanes *from = (source);                                                       \
        c0 = lanes_add(c0, from[0]); c1 = lanes_add(c1, from[1]);                           \
        c2 = lanes_add(c2, from[2]); c3 = lanes_add(c3, from[3]);                           \
        c4 = lanes_add(c4, from[4]); c5 = lanes_add(c5, from[5]);                           \
        c6 = lanes_add(c6, from[6]); c7 = lanes_add(c7, from[7]);                           \
        c8 = lanes_add(c8, from[8]); c9 = lanes_add(c9, from[9]);                           \
    } while (0)

/* result = a b mod R */
static void low_half(lanes *result, const lanes *a, const lanes *b) {
    COLUMNS
    for (int k = 0; k < BLOCKS - 1; k++) {
        for (int i = 0; i <= k; i++) MUL_TILE(a + TILE * i, b + TILE * (k - i));
        PUT_DIGITS(result + TILE * k);
        NEXT_COLUMNS
    }
    for (int i = 0; i < BLOCKS; i++) MUL_TILE(a + TILE * i, b + TILE * (BLOCKS - 1 - i));
    PUT_DIGITS(result + TILE * (BLOCKS - 1));
}

#define CACHE_LINE 64
#define HIGH_HALF_TILES (BLOCKS * (BLOCKS + 1) / 2)

LANES_INLINE const char *prefetch(const char *next, size_t size) {
    for (size_t i = 0; i < size; i += CACHE_LINE) lanes_prefetch(next + i);
    return next + size;
}

/*
 * result = (a0 b0 + a1 b1) / R for a sum that is a multiple of R: columns 59 and up. Column 59
 * also gets the high halves of the last corner of each tile on the diagonal before. With each
 * tile goes a part of what is to be prefetched, which the cache would not take all at once.
 */
static void high_halves(lanes *result, const lanes *a0, const lanes *b0_, const lanes *a1,
                        const lanes *b1_, ifma_ahead ahead) {
    const lanes *const as[2] = {a0, a1}, *const bs[2] = {b0_, b1_};
    const size_t size = ahead.size / (2 * HIGH_HALF_TILES);
    COLUMNS
    for (int p = 0; p < 2; p++) {
        for (int i = 0; i < BLOCKS; i++) {
            ahead.next = prefetch(ahead.next, size);
            MUL_TILE(as[p] + TILE * i, bs[p] + TILE * (BLOCKS - 1 - i));
        }
        for (int i = 1; i < BLOCKS; i++)
            c9 = lanes_mul_high(c9, as[p][TILE * i - 1], bs[p][TILE * (BLOCKS - i) - 1]);
    }
    carry = lanes_carry(lanes_add(c9, mask));
    for (int k = BLOCKS; k < 2 * BLOCKS - 1; k++) {
        NEXT_COLUMNS
        for (int p = 0; p < 2; p++)
            for (int i = k - BLOCKS + 1; i < BLOCKS; i++) {
                ahead.next = prefetch(ahead.next, size);
                MUL_TILE(as[p] + TILE * i, bs[p] + TILE * (k - i));
            }
        PUT_DIGITS(result + TILE * (k - BLOCKS));
    }
    NEXT_COLUMNS
    PUT_DIGITS(result + TILE * (BLOCKS - 1));
}

/* The same for product + a b, where `product` has digits up to 59 and columns from there. */
static void high_half(lanes *result, const lanes *product, const lanes *a, const lanes *b) {
    COLUMNS
    for (int i = 0; i < BLOCKS; i++) MUL_TILE(a + TILE * i, b + TILE * (BLOCKS - 1 - i));
    for (int i = 1; i < BLOCKS; i++)
        c9 = lanes_mul_high(c9, a[TILE * i - 1], b[TILE * (BLOCKS - i) - 1]);
    carry = lanes_carry(lanes_add(lanes_add(c9, product[SRP_52_DIGITS - 1]), mask));
    for (int k = BLOCKS; k < 2 * BLOCKS - 1; k++) {
        NEXT_COLUMNS
        for (int i = k - BLOCKS + 1; i < BLOCKS; i++) MUL_TILE(a + TILE * i, b + TILE * (k - i));
        ADD_COLUMNS(product + TILE * k);
        PUT_DIGITS(result + TILE * (k - BLOCKS));
    }
    NEXT_COLUMNS
    ADD_COLUMNS(product + TILE * (2 * BLOCKS - 1));
    PUT_DIGITS(result + TILE * (BLOCKS - 1));
}

/* product = a b: digits in the low half, columns in the high one */
static void multiply(lanes *product, const lanes *a, const lanes *b) {
    COLUMNS
    for (int k = 0; k < BLOCKS; k++) {
        for (int i = 0; i <= k; i++) MUL_TILE(a + TILE * i, b + TILE * (k - i));
        PUT_DIGITS(product + TILE * k);
        NEXT_COLUMNS
    }
    c0 = lanes_add(c0, carry);
    for (int k = BLOCKS; k < 2 * BLOCKS - 1; k++) {
        for (int i = k - BLOCKS + 1; i < BLOCKS; i++) MUL_TILE(a + TILE * i, b + TILE * (k - i));
        PUT_COLUMNS(product + TILE * k);
        NEXT_COLUMNS
    }
    PUT_COLUMNS(product + TILE * (2 * BLOCKS - 1));
}

#define PAIR(b, LOW, HIGH)             \
    LOW = lanes_mul_low(LOW, x, b);    \
    HIGH = lanes_mul_high(HIGH, x, b);

/* c0..c19 += the products of two different digits of a[0..9], each once */
#define PAIRS_TILE(a)                                                                       \
    do {                                                                                    \
        const lanes *row = (a);                                                             \
        const lanes b1 = row[1], b2 = row[2], b3 = row[3], b4 = row[4], b5 = row[5];        \
        const lanes b6 = row[6], b7 = row[7], b8 = row[8], b9 = row[9];                     \
        lanes x = row[0];                                                                   \
        PAIR(b1, c1, c2) PAIR(b2, c2, c3) PAIR(b3, c3, c4) PAIR(b4, c4, c5)                 \
        PAIR(b5, c5, c6) PAIR(b6, c6, c7) PAIR(b7, c7, c8) PAIR(b8, c8, c9)                 \
        PAIR(b9, c9, c10)                                                                   \
        x = b1;                                                                             \
        PAIR(b2, c3, c4) PAIR(b3, c4, c5) PAIR(b4, c5, c6) PAIR(b5, c6, c7)                 \
        PAIR(b6, c7, c8) PAIR(b7, c8, c9) PAIR(b8, c9, c10) PAIR(b9, c10, c11)              \
        x = b2;                                                                             \
        PAIR(b3, c5, c6) PAIR(b4, c6, c7) PAIR(b5, c7, c8) PAIR(b6, c8, c9)                 \
        PAIR(b7, c9, c10) PAIR(b8, c10, c11) PAIR(b9, c11, c12)                             \
        x = b3;                                                                             \
        PAIR(b4, c7, c8) PAIR(b5, c8, c9) PAIR(b6, c9, c10) PAIR(b7, c10, c11)              \
        PAIR(b8, c11, c12) PAIR(b9, c12, c13)                                               \
        x = b4;                                                                             \
        PAIR(b5, c9, c10) PAIR(b6, c10, c11) PAIR(b7, c11, c12) PAIR(b8, c12, c13)          \
        PAIR(b9, c13, c14)                                                                  \
        x = b5;                                                                             \
        PAIR(b6, c11, c12) PAIR(b7, c12, c13) PAIR(b8, c13, c14) PAIR(b9, c14, c15)         \
        x = b6;                                                                             \
        PAIR(b7, c13, c14) PAIR(b8, c14, c15) PAIR(b9, c15, c16)                            \
        x = b7;                                                                             \
        PAIR(b8, c15, c16) PAIR(b9, c16, c17)                                               \
        x = b8;                                                                             \
        PAIR(b9, c17, c18)                                                                  \
    } while (0)

/* Each pair counts twice, and a digit's own square belongs in columns 2 i and 2 i + 1. */
#define DOUBLE_AND_SQUARE(digit, LOW, HIGH)                                 \
    do {                                                                    \
        const lanes x = (digit);                                            \
        LOW = lanes_mul_low(lanes_add(LOW, LOW), x, x);                     \
        HIGH = lanes_mul_high(lanes_add(HIGH, HIGH), x, x);                 \
    } while (0)

/* product = a^2, in the form that `multiply` gives */
static void square(lanes *product, const lanes *a) {
    COLUMNS
    for (int k = 0; k < 2 * BLOCKS; k++) {
        for (int i = k < BLOCKS ? 0 : k - BLOCKS + 1; i < k - i; i++)
            MUL_TILE(a + TILE * i, a + TILE * (k - i));
        if (k % 2 == 0) PAIRS_TILE(a + TILE / 2 * k);
        const lanes *digit = a + TILE / 2 * k;
        DOUBLE_AND_SQUARE(digit[0], c0, c1);
        DOUBLE_AND_SQUARE(digit[1], c2, c3);
        DOUBLE_AND_SQUARE(digit[2], c4, c5);
        DOUBLE_AND_SQUARE(digit[3], c6, c7);
        DOUBLE_AND_SQUARE(digit[4], c8, c9);
        if (k < BLOCKS) {
            PUT_DIGITS(product + TILE * k);
        } else {
            c0 = lanes_add(c0, carry);
            carry = zero;
            PUT_COLUMNS(product + TILE * k);
        }
        NEXT_COLUMNS
    }
}

void ifma_start(ifma_scratch *s) {
    for (int i = 0; i < SRP_52_DIGITS; i++) {
        s->modulus[i] = lanes_splat_digit(srp_52_modulus[i]);
        s->inverse[i] = lanes_splat_digit(srp_52_inverse[i]);
    }
}

void ifma_mul_fixed(lanes *result, const lanes *a, const lanes *t, const lanes *t_inverse,
                    ifma_ahead ahead, ifma_scratch *s) {
    low_half(s->quotient, a, t_inverse);
    /* `result` may be `a`: block k - 6 is written when only blocks from k - 4 on are read again. */
    high_halves(result, a, t, s->quotient, s->modulus, ahead);
}

/* result = s->product / R */
static void reduce(lanes *result, ifma_scratch *s) {
    low_half(s->quotient, s->product, s->inverse);
    high_half(result, s->product, s->quotient, s->modulus);
}

void ifma_mul(lanes *result, const lanes *a, const lanes *b, ifma_scratch *s) {
    multiply(s->product, a, b);
    reduce(result, s);
}

void ifma_sqr(lanes *result, const lanes *a, ifma_scratch *s) {
    square(s->product, a);
    reduce(result, s);
}

void ifma_reduce(lanes *result, const lanes *a) {
    const lanes zero = lanes_splat(0), one = lanes_splat(1), mask = lanes_splat(SRP_52_MASK);
    lanes borrow = zero; /* 0 or 1 */
    for (int i = 0; i < SRP_52_DIGITS; i++) {
        lanes difference = lanes_sub(lanes_sub(a[i], lanes_splat_digit(srp_52_modulus[i])), borrow);
        result[i] = lanes_and(difference, mask);
        borrow = lanes_and(lanes_carry(difference), one);
    }
    lanes_mask was_below = lanes_test(borrow, one);
    for (int i = 0; i < SRP_52_DIGITS; i++) result[i] = lanes_choose(was_below, a[i], result[i]);
}

LANES_END

#else
typedef int srp_no_lanes; /* ISO C wants something in every file */
#endif
