/*
 * Arithmetic modulo N in plain C: 52 digits of 60 bits, Montgomery form with R = 2^3120.
 *
 * A product is computed by columns: column c is the sum of all a[i] * b[c - i], held in 128 bits
 * and not carried until the end. Products have 120 bits, a column at most 52 of them from a * b,
 * 52 from q * (N + 1) and a carry of 68 bits: under 2^127.
 *
 * A column is exact if its final value fits in 128 bits: what overflows on the way (Karatsuba
 * subtracts) cancels modulo 2^128. So only two bounds matter: the bound above, and that the digits
 * which are multiplied fit in 64 bits (Karatsuba adds two digits, twice: 62 bits).
 *
 * The work is cut into tiles of 13 x 13 digits. The macros below write the tiles out column by
 * column, so that unrolling does not depend on the compiler. Hundreds of loops of varying length
 * would each cost a mispredicted branch.
 *
 *   a * b        two levels of Karatsuba: 9 tiles in place of 16
 *   a * a        the same, with tiles that multiply each pair once
 *   q * (N + 1)  q in four tiles; a tile of q is known only when the tiles before it are added
 *                in. Karatsuba where two tiles of q are known: the cost of 10 tiles and two
 *                triangles, in place of 16 tiles
 *
 * Reduction: N = -1 modulo 2^64. So Montgomery's -1/N is 1, and the quotient digit q[c] is the low
 * digit of column c itself. t + q N = t + q (N + 1) - q: the "- q" subtracts that low digit, which
 * is the same as dropping it from the carry. Digit 0 of N + 1 is 0.
 *
 * R is 2^48 times as large as N, so values below 8 N give a result below N (1 + 2^-41): nothing is
 * ever subtracted until field_to_bytes.
 */
#include "kernels/portable/portable.h"

#define TILE 13
#define PAIR 26 /* two tiles */

/* DIAGONALn(i, j) adds a[i] b[j] + a[i+1] b[j-1] + ... , n products of one column, to `sum`. */
#define DIAGONAL1(i, j) sum = wide_mul_add(sum, a[i], b[j]);
#define DIAGONAL2(i, j) DIAGONAL1(i, j) DIAGONAL1((i) + 1, (j) - 1)
#define DIAGONAL3(i, j) DIAGONAL1(i, j) DIAGONAL2((i) + 1, (j) - 1)
#define DIAGONAL4(i, j) DIAGONAL1(i, j) DIAGONAL3((i) + 1, (j) - 1)
#define DIAGONAL5(i, j) DIAGONAL1(i, j) DIAGONAL4((i) + 1, (j) - 1)
#define DIAGONAL6(i, j) DIAGONAL1(i, j) DIAGONAL5((i) + 1, (j) - 1)
#define DIAGONAL7(i, j) DIAGONAL1(i, j) DIAGONAL6((i) + 1, (j) - 1)
#define DIAGONAL8(i, j) DIAGONAL1(i, j) DIAGONAL7((i) + 1, (j) - 1)
#define DIAGONAL9(i, j) DIAGONAL1(i, j) DIAGONAL8((i) + 1, (j) - 1)
#define DIAGONAL10(i, j) DIAGONAL1(i, j) DIAGONAL9((i) + 1, (j) - 1)
#define DIAGONAL11(i, j) DIAGONAL1(i, j) DIAGONAL10((i) + 1, (j) - 1)
#define DIAGONAL12(i, j) DIAGONAL1(i, j) DIAGONAL11((i) + 1, (j) - 1)
#define DIAGONAL13(i, j) DIAGONAL1(i, j) DIAGONAL12((i) + 1, (j) - 1)

/* column[c] = START(c) + n products from (i, j) down the diagonal */
#define COLUMN(START, c, n, i, j) \
    sum = START(c);               \
    DIAGONAL##n(i, j) column[c] = sum;

#define FROM_ZERO(c) wide_zero()
#define FROM_COLUMN(c) column[c]

/* The columns of a tile whose products all have i + j >= 13; a triangle of 78 products. */
#define UPPER_COLUMNS(START)                                                      \
    COLUMN(START, 13, 12, 1, 12) COLUMN(START, 14, 11, 2, 12)                     \
    COLUMN(START, 15, 10, 3, 12) COLUMN(START, 16, 9, 4, 12)                      \
    COLUMN(START, 17, 8, 5, 12) COLUMN(START, 18, 7, 6, 12)                       \
    COLUMN(START, 19, 6, 7, 12) COLUMN(START, 20, 5, 8, 12)                       \
    COLUMN(START, 21, 4, 9, 12) COLUMN(START, 22, 3, 10, 12)                      \
    COLUMN(START, 23, 2, 11, 12) COLUMN(START, 24, 1, 12, 12)

#define TILE_COLUMNS(START)                                                       \
    COLUMN(START, 0, 1, 0, 0) COLUMN(START, 1, 2, 0, 1)                           \
    COLUMN(START, 2, 3, 0, 2) COLUMN(START, 3, 4, 0, 3)                           \
    COLUMN(START, 4, 5, 0, 4) COLUMN(START, 5, 6, 0, 5)                           \
    COLUMN(START, 6, 7, 0, 6) COLUMN(START, 7, 8, 0, 7)                           \
    COLUMN(START, 8, 9, 0, 8) COLUMN(START, 9, 10, 0, 9)                          \
    COLUMN(START, 10, 11, 0, 10) COLUMN(START, 11, 12, 0, 11)                     \
    COLUMN(START, 12, 13, 0, 12) UPPER_COLUMNS(START)

/* column[0..24] = a * b */
static void tile_mul(srp_wide *column, const srp_digit *a, const srp_digit *b) {
    srp_wide sum;
    TILE_COLUMNS(FROM_ZERO)
}

/* column[0..24] += a * b */
static void tile_mul_add(srp_wide *column, const srp_digit *a, const srp_digit *b) {
    srp_wide sum;
    TILE_COLUMNS(FROM_COLUMN)
}

/* An odd column of a square: n pairs, each counted twice. */
#define ODD_COLUMN(c, n, i, j)  \
    sum = wide_zero();         \
    DIAGONAL##n(i, j) column[c] = wide_add(sum, sum);

/* An even one has the square of digit m in its middle. */
#define EVEN_COLUMN(c, n, i, j, m) \
    sum = wide_zero();            \
    DIAGONAL##n(i, j) column[c] = wide_mul_add(wide_add(sum, sum), a[m], a[m]);

/* column[0..24] = a * a; the macros want a `b`, which is `a` again */
static void tile_sqr(srp_wide *column, const srp_digit *a) {
    const srp_digit *b = a;
    srp_wide sum;
    column[0] = wide_mul_add(wide_zero(), a[0], a[0]);
    ODD_COLUMN(1, 1, 0, 1) EVEN_COLUMN(2, 1, 0, 2, 1)
    ODD_COLUMN(3, 2, 0, 3) EVEN_COLUMN(4, 2, 0, 4, 2)
    ODD_COLUMN(5, 3, 0, 5) EVEN_COLUMN(6, 3, 0, 6, 3)
    ODD_COLUMN(7, 4, 0, 7) EVEN_COLUMN(8, 4, 0, 8, 4)
    ODD_COLUMN(9, 5, 0, 9) EVEN_COLUMN(10, 5, 0, 10, 5)
    ODD_COLUMN(11, 6, 0, 11) EVEN_COLUMN(12, 6, 0, 12, 6)
    ODD_COLUMN(13, 6, 1, 12) EVEN_COLUMN(14, 5, 2, 12, 7)
    ODD_COLUMN(15, 5, 3, 12) EVEN_COLUMN(16, 4, 4, 12, 8)
    ODD_COLUMN(17, 4, 5, 12) EVEN_COLUMN(18, 3, 6, 12, 9)
    ODD_COLUMN(19, 3, 7, 12) EVEN_COLUMN(20, 2, 8, 12, 10)
    ODD_COLUMN(21, 2, 9, 12) EVEN_COLUMN(22, 1, 10, 12, 11)
    ODD_COLUMN(23, 1, 11, 12)
    column[24] = wide_mul_add(wide_zero(), a[12], a[12]);
}

/* One quotient digit: the low 60 bits of column c, which the reduction then turns into 0. */
#define QUOTIENT(c, ADD_PRODUCTS)          \
    sum = wide_add(column[c], carry);      \
    ADD_PRODUCTS                           \
    a[c] = digit_low(wide_low(sum), SRP_DIGIT_BITS);     \
    carry = wide_down(sum, SRP_DIGIT_BITS);

/*
 * Thirteen quotient digits a[0..12] from column[0..12], and a * b into column[13..24], for the
 * lowest tile b of N + 1. The carry goes into column[13].
 */
static void tile_quotient(srp_wide *column, srp_digit *a, const srp_digit *b) {
    srp_wide sum, carry = wide_zero();
    QUOTIENT(0, )
    QUOTIENT(1, DIAGONAL1(0, 1))
    QUOTIENT(2, DIAGONAL2(0, 2))
    QUOTIENT(3, DIAGONAL3(0, 3))
    QUOTIENT(4, DIAGONAL4(0, 4))
    QUOTIENT(5, DIAGONAL5(0, 5))
    QUOTIENT(6, DIAGONAL6(0, 6))
    QUOTIENT(7, DIAGONAL7(0, 7))
    QUOTIENT(8, DIAGONAL8(0, 8))
    QUOTIENT(9, DIAGONAL9(0, 9))
    QUOTIENT(10, DIAGONAL10(0, 10))
    QUOTIENT(11, DIAGONAL11(0, 11))
    QUOTIENT(12, DIAGONAL12(0, 12))
    column[13] = wide_add(column[13], carry);
    UPPER_COLUMNS(FROM_COLUMN)
}

/* sum / 2^60 rounded down, for a sum of digits of either sign: a signed number modulo 2^64. */
static srp_digit signed_carry(srp_digit sum) {
    const srp_digit sign = digit_of(UINT64_C(1) << (63 - SRP_DIGIT_BITS));
    return digit_sub(digit_xor(digit_down(sum, SRP_DIGIT_BITS), sign), sign);
}

/* sum[0..n-1] = a[0..n-1] + a[n..2n-1], not carried */
static void fold(srp_digit *sum, const srp_digit *a, size_t n) {
    for (size_t i = 0; i < n; i++) sum[i] = digit_add(a[i], a[n + i]);
}

/*
 * Karatsuba's last step. `column` holds low * low in [0, 2n-1) and high * high in [2n, 4n-1),
 * `middle` the product of the folded operands in [0, 2n-1); makes `column` the whole product, 4n
 * columns, by adding middle - low - high from column n on. Columns n + i and 2n + i of the result
 * share the term `inner`, so one pass computes both.
 */
static void join(srp_wide *column, srp_wide *middle, size_t n) {
    column[2 * n - 1] = column[4 * n - 1] = middle[2 * n - 1] = wide_zero();
    for (size_t i = 0; i < n; i++) {
        srp_wide inner = wide_sub(column[n + i], column[2 * n + i]);
        column[n + i] = wide_sub(wide_add(inner, middle[i]), column[i]);
        column[2 * n + i] = wide_sub(wide_sub(middle[n + i], inner), column[3 * n + i]);
    }
}

/* column[0..51] = a * b for 26 digits each */
static void pair_mul(srp_wide *column, const srp_digit *a, const srp_digit *b, field_scratch *s) {
    fold(s->tile_a, a, TILE);
    fold(s->tile_b, b, TILE);
    tile_mul(column, a, b);
    tile_mul(column + 2 * TILE, a + TILE, b + TILE);
    tile_mul(s->tile_middle, s->tile_a, s->tile_b);
    join(column, s->tile_middle, TILE);
}

/* column[0..51] = a * a for 26 digits */
static void pair_sqr(srp_wide *column, const srp_digit *a, field_scratch *s) {
    fold(s->tile_a, a, TILE);
    tile_sqr(column, a);
    tile_sqr(column + 2 * TILE, a + TILE);
    tile_sqr(s->tile_middle, s->tile_a);
    join(column, s->tile_middle, TILE);
}

/* result = s->column / R modulo N, below N + column / R; clobbers s->column */
static void reduce(srp_digit *result, field_scratch *s) {
    const srp_digit *m = srp_modulus_plus_1;
    for (size_t half = 0; half < SRP_DIGITS; half += PAIR) {
        srp_wide *column = s->column + half;
        srp_digit *q = s->quotient;
        tile_quotient(column, q, m);
        tile_mul_add(column + TILE, q, m + TILE);
        tile_quotient(column + TILE, q + TILE, m);
        tile_mul_add(column + 2 * TILE, q + TILE, m + TILE);
        pair_mul(s->middle, q, m + PAIR, s);
        for (size_t i = 0; i < 2 * PAIR - 1; i++)
            column[PAIR + i] = wide_add(column[PAIR + i], s->middle[i]);
    }
    srp_wide sum = wide_zero();
    for (size_t i = 0; i < SRP_DIGITS; i++) {
        sum = wide_add(sum, s->column[SRP_DIGITS + i]);
        result[i] = digit_low(wide_low(sum), SRP_DIGIT_BITS);
        sum = wide_down(sum, SRP_DIGIT_BITS);
    }
}

void field_mul(srp_digit *result, const srp_digit *a, const srp_digit *b, field_scratch *s) {
    fold(s->pair_a, a, PAIR);
    fold(s->pair_b, b, PAIR);
    pair_mul(s->column, a, b, s);
    pair_mul(s->column + 2 * PAIR, a + PAIR, b + PAIR, s);
    pair_mul(s->middle, s->pair_a, s->pair_b, s);
    join(s->column, s->middle, PAIR);
    reduce(result, s);
}

void field_sqr(srp_digit *result, const srp_digit *a, field_scratch *s) {
    fold(s->pair_a, a, PAIR);
    pair_sqr(s->column, a, s);
    pair_sqr(s->column + 2 * PAIR, a + PAIR, s);
    pair_sqr(s->middle, s->pair_a, s);
    join(s->column, s->middle, PAIR);
    reduce(result, s);
}

void field_sub(srp_digit *result, const srp_digit *minuend, const srp_digit *subtrahend) {
    srp_digit carry = digit_of(0);
    for (size_t i = 0; i < SRP_DIGITS; i++) {
        srp_digit more = digit_add(digit_up(srp_modulus[i], 1), carry);
        srp_digit sum = digit_add(digit_sub(minuend[i], subtrahend[i]), more);
        result[i] = digit_low(sum, SRP_DIGIT_BITS);
        carry = signed_carry(sum);
    }
}

/* Two digits are 15 bytes, counted from the end. For the last two digits, 9 bytes are left. */
#define PAIR_SIZE 15

void field_from_bytes(srp_digit *digits, const uint8_t *bytes) {
    const uint8_t *end = bytes + SRP_ELEMENT_SIZE;
    for (size_t i = 0; i < SRP_DIGITS; i += 2, end -= PAIR_SIZE) {
        digits[i] = digit_low(digit_load(end - 8), SRP_DIGIT_BITS);
        if (i < SRP_DIGITS - 2)
            digits[i + 1] = digit_low(digit_down(digit_load(end - 15), 4), SRP_DIGIT_BITS);
    }
    digits[SRP_DIGITS - 1] = digit_down(digit_load(bytes), 52);
}

/* result = value mod N for a value below 2 N */
static void reduce_fully(srp_digit *result, const srp_digit *value) {
    srp_digit carry = digit_of(0); /* -1 or 0 */
    for (size_t i = 0; i < SRP_DIGITS; i++) {
        srp_digit sum = digit_add(digit_sub(value[i], srp_modulus[i]), carry);
        result[i] = digit_low(sum, SRP_DIGIT_BITS);
        carry = signed_carry(sum);
    }
    srp_mask was_below = mask_if_one(digit_low(carry, 1));
    for (size_t i = 0; i < SRP_DIGITS; i++)
        result[i] = digit_choose(was_below, value[i], result[i]);
}

void field_to_bytes(uint8_t *bytes, const srp_digit *digits) {
    srp_digit reduced[SRP_DIGITS];
    reduce_fully(reduced, digits);
    uint8_t *end = bytes + SRP_ELEMENT_SIZE;
    for (size_t i = 0; i < SRP_DIGITS; i += 2, end -= PAIR_SIZE) {
        digit_store(end - 8, digit_or(reduced[i], digit_up(reduced[i + 1], SRP_DIGIT_BITS)));
        /* Seven bytes; the zero above them is overwritten by the next pair. */
        if (i < SRP_DIGITS - 2) digit_store(end - 16, digit_down(reduced[i + 1], 4));
    }
    digit_store_byte(bytes, digit_down(reduced[SRP_DIGITS - 1], 4));
    srp_wipe(reduced, sizeof reduced);
}
