/*
 * Arithmetic modulo N with mulx, adcx and adox: 48 limbs of 64 bits, Montgomery form with R =
 * 2^3072.
 *
 * R leaves no spare bits over N = R - 2^3008 - ..., so values are below R and not always below N.
 * The sum a b + q N is below R^2 + R N, so its quotient by R is below R + N. If the quotient has a
 * carry out, N is subtracted: the carry is dropped, and R - N is added.
 *
 *   a * b        one level of Karatsuba: 9 x 3 strips of 8 x 8 limbs in place of 6 x 6. A second
 *                level would save less than its additions cost.
 *   a * a        the strips above the diagonal and the pairs of limbs in the blocks on it, doubled
 *   q * (N + 1)  strip by strip: first eight quotient digits, and then the other forty limbs of
 *                N + 1 times these digits. A quotient digit is the lowest limb that is left,
 *                itself, because N = -1 modulo 2^64.
 *
 * All loops are over a fixed number of limbs.
 */
#include "kernels/adx/adx.h"

#if SRP_X86_64

#include <string.h>

#include "kernels/adx/adx_rows.h"
#include "kernels/adx/adx_square.inc"

#define BLOCKS (SRP_ADX_LIMBS / ADX_STRIP)
#define HALF (SRP_ADX_LIMBS / 2)
#define HALF_BLOCKS (BLOCKS / 2)

/* t[0 .. 47] = a * b for 24 limbs each */
static void half_mul(srp_digit *t, const srp_digit *a, const srp_digit *b) {
    memset(t, 0, SRP_ADX_LIMBS * sizeof *t);
    for (size_t j = 0; j < HALF; j += ADX_STRIP)
        adx_rows(t + j, a, b + j, HALF_BLOCKS, digit_of(0));
}

/* result = |a - b| for 24 limbs; all ones when a < b, else 0 */
static srp_mask distance(srp_digit *result, const srp_digit *a, const srp_digit *b) {
    static const srp_digit zero[HALF] = {{0}};
    srp_mask negative = mask_if_one(adx_subtract(result, a, b, HALF_BLOCKS));
    for (size_t i = 0; i < HALF; i++) result[i] = digit_flip(negative, result[i]);
    adx_add(result, result, zero, HALF_BLOCKS, digit_low(digit_of_mask(negative), 1));
    return negative;
}

/*
 * s->t = a * b. With halves a = a0 + a1 H and b = b0 + b1 H, what belongs at H is
 * a0 b1 + a1 b0 = a0 b0 + a1 b1 - (a0 - a1)(b0 - b1), in [0, 2 H^2).
 */
static void full_mul(const srp_digit *a, const srp_digit *b, adx_scratch *s) {
    srp_digit *t = s->t, *middle = s->middle, top[HALF] = {{0}};
    srp_mask sign_a = distance(s->half_a, a, a + HALF);
    srp_mask sign_b = distance(s->half_b, b, b + HALF);
    half_mul(t, a, b);
    half_mul(t + SRP_ADX_LIMBS, a + HALF, b + HALF);
    half_mul(middle, s->half_a, s->half_b);

    /* If the signs are equal, p is subtracted: -p = ~p + 1 - 2^3072, the last from the top. */
    srp_mask minus = mask_if_alike(sign_a, sign_b);
    const srp_digit none = digit_of(0), minus_1 = digit_of_mask(minus);
    for (size_t i = 0; i < SRP_ADX_LIMBS; i++) middle[i] = digit_flip(minus, middle[i]);
    top[0] = digit_add(minus_1, adx_add(middle, middle, t, BLOCKS, digit_low(minus_1, 1)));
    top[0] = digit_add(top[0], adx_add(middle, middle, t + SRP_ADX_LIMBS, BLOCKS, none));
    top[0] = digit_add(top[0], adx_add(t + HALF, t + HALF, middle, BLOCKS, none));
    adx_add(t + HALF + SRP_ADX_LIMBS, t + HALF + SRP_ADX_LIMBS, top, HALF_BLOCKS, none);
}

/* s->t = a * a: the products of every pair of limbs once, doubled, and the squares of the limbs. */
static void full_sqr(const srp_digit *a, adx_scratch *s) {
    static const srp_digit zero[ADX_STRIP] = {{0}};
    srp_digit *t = s->t, carry = digit_of(0);
    for (size_t i = 0; i < SRP_ADX_LIMBS; i += ADX_STRIP) adx_pairs(t + 2 * i, a + i);
    for (size_t j = 0; j < BLOCKS - 1; j++) {
        const srp_digit *digits = a + ADX_STRIP * j;
        carry = adx_rows(t + ADX_STRIP * (2 * j + 1), digits + ADX_STRIP, digits, BLOCKS - 1 - j,
                         carry);
    }
    t += ADX_STRIP * (2 * BLOCKS - 1);
    adx_add(t, t, zero, 1, carry);
    adx_double_and_square(s->t, a, BLOCKS);
}

/* result = s->t / R modulo N, below 2^3072; clobbers s->t */
static void reduce(srp_digit *result, adx_scratch *s) {
    srp_digit carry = digit_of(0);
    for (size_t i = 0; i < SRP_ADX_LIMBS; i += ADX_STRIP)
        carry = adx_quotient_rows(s->t + i, srp_adx_modulus_plus_1, BLOCKS - 1, carry);
    srp_mask overflow = mask_if_one(carry);
    for (size_t i = 0; i < SRP_ADX_LIMBS; i++)
        s->middle[i] = digit_keep(overflow, srp_adx_montgomery_one[i]);
    adx_add(result, s->t + SRP_ADX_LIMBS, s->middle, BLOCKS, digit_of(0));
}

void adx_mul(srp_digit *result, const srp_digit *a, const srp_digit *b, adx_scratch *s) {
    full_mul(a, b, s);
    reduce(result, s);
}

void adx_sqr(srp_digit *result, const srp_digit *a, adx_scratch *s) {
    full_sqr(a, s);
    reduce(result, s);
}

void adx_from_bytes(srp_digit *limbs, const uint8_t *bytes) {
    for (size_t i = 0; i < SRP_ADX_LIMBS; i++)
        limbs[i] = digit_load(bytes + SRP_ELEMENT_SIZE - 8 * (i + 1));
}

void adx_to_bytes(uint8_t *bytes, const srp_digit *limbs) {
    srp_digit less[SRP_ADX_LIMBS];
    /* limbs - N = limbs + (R - N) - R: the carry out says that it was not below N. */
    srp_mask above =
        mask_if_one(adx_add(less, limbs, srp_adx_montgomery_one, BLOCKS, digit_of(0)));
    for (size_t i = 0; i < SRP_ADX_LIMBS; i++)
        digit_store(bytes + SRP_ELEMENT_SIZE - 8 * (i + 1), digit_choose(above, less[i], limbs[i]));
    srp_wipe(less, sizeof less);
}

#endif
