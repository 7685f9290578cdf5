/*
 * One number alone: its digits side by side in eight registers, 8 r + l in lane l of register r.
 *
 * Operand scanning, one digit of b at a time (Gueron and Krasnov, "Software implementation of
 * modular exponentiation, using advanced vector instructions architectures", WAIFI 2012; "almost
 * Montgomery", with no subtraction at the end). Digit 0 of N is 2^52 - 1, so the quotient digit q
 * is the low digit of the sum itself, and adding q N is taking that digit away and adding
 * q (N + 1), whose digit 0 is 0. Then everything moves down by a digit:
 *
 *     sum = (sum + a b[i] + q N) / 2^52
 *
 * A lane gets four halves of products below 2^52 each time and at the bottom one carry, and has
 * left after 60 times: below 241 * 2^52 < 2^60. The result is below (4 N^2 + R N) / R < 2 N.
 *
 * What the next q waits for, by way of sum0, is kept short: quotient, low product, move, two
 * additions. `ahead` collects the rest of what enters the lowest register.
 */
#include "avx512ifma.h"

#ifdef SRP_HAVE_LANES

LANES_BEGIN

#define EACH_REGISTER(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)
#define EACH_REGISTER_BUT_0(DO) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)

#define LOAD(r)                                                     \
    const lanes a##r = lanes_load(a + 8 * r);                       \
    const lanes n##r = lanes_load(srp_ifma_modulus_plus_1 + 8 * r); \
    lanes sum##r = lanes_splat(0);

#define ADD_LOW_PRODUCTS(r)                  \
    sum##r = lanes_mul_low(sum##r, a##r, x); \
    sum##r = lanes_mul_low(sum##r, n##r, q);

#define ADD_HIGH_PRODUCTS(r)                  \
    sum##r = lanes_mul_high(sum##r, a##r, x); \
    sum##r = lanes_mul_high(sum##r, n##r, q);

#define MOVE_DOWN(r, above) sum##r = lanes_down(sum##r, above);

/* Carries digit by digit at first: every digit comes to at most 2^52 - 1 + 2^8. */
#define SPLIT(r)                                \
    const lanes carry##r = lanes_carry(sum##r); \
    sum##r = lanes_and(sum##r, mask);

#define CARRY_UP(r, below) sum##r = lanes_add(sum##r, lanes_up(carry##r, below));

/*
 * What is left are carries of 1, out of digits above 2^52 - 1 and through digits equal to it:
 * the carries of an addition of two 64-bit numbers with one bit a digit.
 */
#define COLLECT(r)                                                  \
    over |= (uint64_t)lanes_above(sum##r, mask) << 8 * r;           \
    full |= (uint64_t)lanes_equal(sum##r, mask) << 8 * r;

#define FINISH(r)                                                                            \
    sum##r = lanes_add(sum##r, lanes_choose((lanes_mask)(carries >> 8 * r), one, zero));     \
    lanes_store(result + 8 * r, lanes_and(sum##r, mask));

void ifma_row_mul(uint64_t *result, const uint64_t *a, const uint64_t *b) {
    const lanes zero = lanes_splat(0), one = lanes_splat(1), mask = lanes_splat(IFMA_DIGIT_MASK);
    EACH_REGISTER(LOAD)
    lanes x = lanes_splat(b[0]);
    sum0 = lanes_mul_low(sum0, a0, x);
    for (size_t i = 0; i < SRP_IFMA_DIGITS; i++) {
        /* b[60] is 0, and the last time round it adds nothing. */
        const lanes next = lanes_splat(b[i + 1]);
        const lanes q = lanes_first(sum0);
        lanes ahead = lanes_choose(1, lanes_carry(sum0), zero);
        ahead = lanes_mul_low(ahead, a0, next);
        ahead = lanes_mul_high(ahead, a0, x);
        ahead = lanes_mul_high(ahead, n0, q);
        sum0 = lanes_mul_low(sum0, n0, q);
        EACH_REGISTER_BUT_0(ADD_LOW_PRODUCTS)
        MOVE_DOWN(0, sum1) MOVE_DOWN(1, sum2) MOVE_DOWN(2, sum3) MOVE_DOWN(3, sum4)
        MOVE_DOWN(4, sum5) MOVE_DOWN(5, sum6) MOVE_DOWN(6, sum7) MOVE_DOWN(7, zero)
        sum0 = lanes_add(sum0, ahead);
        EACH_REGISTER_BUT_0(ADD_HIGH_PRODUCTS)
        x = next;
    }
    EACH_REGISTER(SPLIT)
    CARRY_UP(0, zero) CARRY_UP(1, carry0) CARRY_UP(2, carry1) CARRY_UP(3, carry2)
    CARRY_UP(4, carry3) CARRY_UP(5, carry4) CARRY_UP(6, carry5) CARRY_UP(7, carry6)
    uint64_t over = 0, full = 0;
    EACH_REGISTER(COLLECT)
    const uint64_t carries = (2 * over + full) ^ full;
    EACH_REGISTER(FINISH)
}

LANES_END

#else
typedef int srp_no_lanes; /* ISO C wants something in every file */
#endif
