/*
 * Arithmetic modulo N with mulx, adcx and adox: 48 limbs of 64 bits, Montgomery form with R = 2^3072.
 *
 * R leaves no spare bits over N = R - 2^3008 - ..., so values are below R and not always below N.
 * The sum a b + q N is below R^2 + R N, so that its quotient by R is below R + N: a carry out of it is
 * answered by taking N away, which is to drop the carry and to add R - N.
 *
 *   a * b        one level of Karatsuba: 9 x 3 strips of 8 x 8 limbs in place of 6 x 6. A second
 *                level would save less than its additions cost.
 *   a * a        the strips above the diagonal and the pairs of limbs in the blocks on it, doubled
 *   q * (N + 1)  strip by strip: eight quotient digits, each the lowest limb left as it stands
 *                because N = -1 modulo 2^64, and then the other forty limbs of N + 1 times them
 *
 * All loops are over a fixed number of limbs.
 */
#include "internal.h"

#if SRP_HAS_ADX

#include <string.h>

#include "adx_rows.h"
#include "kernels/adx/adx_square.inc"

#define BLOCKS (SRP_ADX_LIMBS / ADX_STRIP)
#define HALF (SRP_ADX_LIMBS / 2)
#define HALF_BLOCKS (BLOCKS / 2)

/* t[0 .. 47] = a * b for 24 limbs each */
static void half_mul(uint64_t *t, const uint64_t *a, const uint64_t *b) {
    memset(t, 0, SRP_ADX_LIMBS * sizeof *t);
    for (size_t j = 0; j < HALF; j += ADX_STRIP) adx_rows(t + j, a, b + j, HALF_BLOCKS, 0);
}

/* result = |a - b| for 24 limbs; all ones when a < b, else 0 */
static uint64_t distance(uint64_t *result, const uint64_t *a, const uint64_t *b) {
    static const uint64_t zero[HALF] = {0};
    uint64_t negative = opaque(0 - adx_subtract(result, a, b, HALF_BLOCKS));
    for (size_t i = 0; i < HALF; i++) result[i] ^= negative;
    adx_add(result, result, zero, HALF_BLOCKS, negative & 1);
    return negative;
}

/*
 * s->t = a * b. With halves a = a0 + a1 H and b = b0 + b1 H, what belongs at H is
 * a0 b1 + a1 b0 = a0 b0 + a1 b1 - (a0 - a1)(b0 - b1), in [0, 2 H^2).
 */
static void full_mul(const uint64_t *a, const uint64_t *b, adx_scratch *s) {
    uint64_t *t = s->t, *middle = s->middle, top[HALF] = {0};
    uint64_t sign = distance(s->half_a, a, a + HALF) ^ distance(s->half_b, b, b + HALF);
    half_mul(t, a, b);
    half_mul(t + SRP_ADX_LIMBS, a + HALF, b + HALF);
    half_mul(middle, s->half_a, s->half_b);

    /* Of equal signs, the product is subtracted: -p = ~p + 1 - 2^3072, the last into the top. */
    uint64_t minus = opaque(~sign);
    for (size_t i = 0; i < SRP_ADX_LIMBS; i++) middle[i] ^= minus;
    top[0] = minus + adx_add(middle, middle, t, BLOCKS, minus & 1);
    top[0] += adx_add(middle, middle, t + SRP_ADX_LIMBS, BLOCKS, 0);
    top[0] += adx_add(t + HALF, t + HALF, middle, BLOCKS, 0);
    adx_add(t + HALF + SRP_ADX_LIMBS, t + HALF + SRP_ADX_LIMBS, top, HALF_BLOCKS, 0);
}

/* s->t = a * a: the products of every pair of limbs once, doubled, and the squares of the limbs. */
static void full_sqr(const uint64_t *a, adx_scratch *s) {
    static const uint64_t zero[ADX_STRIP] = {0};
    uint64_t *t = s->t, carry = 0;
    for (size_t i = 0; i < SRP_ADX_LIMBS; i += ADX_STRIP) adx_pairs(t + 2 * i, a + i);
    for (size_t j = 0; j < BLOCKS - 1; j++) {
        const uint64_t *digits = a + ADX_STRIP * j;
        carry = adx_rows(t + ADX_STRIP * (2 * j + 1), digits + ADX_STRIP, digits, BLOCKS - 1 - j,
                         carry);
    }
    t += ADX_STRIP * (2 * BLOCKS - 1);
    adx_add(t, t, zero, 1, carry);
    adx_double_and_square(s->t, a, BLOCKS);
}

/* result = s->t / R modulo N, below 2^3072; clobbers s->t */
static void reduce(uint64_t *result, adx_scratch *s) {
    uint64_t carry = 0;
    for (size_t i = 0; i < SRP_ADX_LIMBS; i += ADX_STRIP)
        carry = adx_quotient_rows(s->t + i, srp_adx_modulus_plus_1, BLOCKS - 1, carry);
    uint64_t overflow = opaque(0 - carry);
    for (size_t i = 0; i < SRP_ADX_LIMBS; i++) s->middle[i] = srp_adx_montgomery_one[i] & overflow;
    adx_add(result, s->t + SRP_ADX_LIMBS, s->middle, BLOCKS, 0);
}

void adx_mul(uint64_t *result, const uint64_t *a, const uint64_t *b, adx_scratch *s) {
    full_mul(a, b, s);
    reduce(result, s);
}

void adx_sqr(uint64_t *result, const uint64_t *a, adx_scratch *s) {
    full_sqr(a, s);
    reduce(result, s);
}

void adx_from_bytes(uint64_t *limbs, const uint8_t *bytes) {
    for (size_t i = 0; i < SRP_ADX_LIMBS; i++) {
        uint64_t limb;
        memcpy(&limb, bytes + SRP_ELEMENT_SIZE - 8 * (i + 1), sizeof limb);
        limbs[i] = __builtin_bswap64(limb);
    }
}

void adx_to_bytes(uint8_t *bytes, const uint64_t *limbs) {
    uint64_t less[SRP_ADX_LIMBS];
    /* limbs - N = limbs + (R - N) - R: the carry out says that it was not below N. */
    uint64_t keep = opaque(adx_add(less, limbs, srp_adx_montgomery_one, BLOCKS, 0) - 1);
    for (size_t i = 0; i < SRP_ADX_LIMBS; i++) {
        uint64_t limb = __builtin_bswap64((limbs[i] & keep) | (less[i] & ~keep));
        memcpy(bytes + SRP_ELEMENT_SIZE - 8 * (i + 1), &limb, sizeof limb);
    }
    srp_wipe(less, sizeof less);
}

#endif
