/* Between bytes, digits in memory and the doubles that are multiplied. */
#include "kernels/avx2/avx2.h"

#ifdef SRP_HAVE_FMA_LANES

FMA_BEGIN

void avx2_splat(avx2_number *number, const srp_digit *row) {
    for (size_t i = 0; i < SRP_52_DIGITS; i++)
        number->digit[i] = factors_from(sums_splat_digit(row[i]));
}

void avx2_from_digits(avx2_number *number, const avx2_digits *digits) {
    for (size_t i = 0; i < SRP_52_DIGITS; i++)
        number->digit[i] = factors_from(sums_load(digits->digit[i]));
}

void avx2_to_digits(avx2_digits *digits, const avx2_number *number) {
    for (size_t i = 0; i < SRP_52_DIGITS; i++)
        sums_store(digits->digit[i], factors_digits(number->digit[i]));
}

void avx2_from_bytes(avx2_number *number, const uint8_t *elements, size_t count,
                     avx2_digits *digits) {
    for (size_t lane = 0; lane < FMA_LANES; lane++) {
        const uint8_t *element = elements + (lane < count ? lane : 0) * SRP_ELEMENT_SIZE;
        radix52_from_bytes(digits->digit[0] + lane, FMA_LANES, element);
    }
    avx2_from_digits(number, digits);
}

/* digits = number mod N, in [0, N) */
static void reduce(avx2_digits *digits, const avx2_number *number) {
    const sums one = sums_splat(1), mask = sums_splat(SRP_52_MASK);
    sums borrow = sums_splat(0); /* 0 or 1 */
    for (size_t i = 0; i < SRP_52_DIGITS; i++) {
        sums digit = factors_digits(number->digit[i]);
        sums difference = sums_sub(sums_sub(digit, sums_splat_digit(srp_52_modulus[i])), borrow);
        sums_store(digits->digit[i], sums_and(difference, mask));
        borrow = sums_and(sums_carry(difference), one);
    }
    const sums_mask was_below = sums_equal(borrow, one);
    for (size_t i = 0; i < SRP_52_DIGITS; i++) {
        sums digit = factors_digits(number->digit[i]), less = sums_load(digits->digit[i]);
        sums_store(digits->digit[i], sums_choose(was_below, digit, less));
    }
}

void avx2_to_bytes(uint8_t *out, const avx2_number *number, size_t count, avx2_digits *digits) {
    reduce(digits, number);
    for (size_t lane = 0; lane < FMA_LANES && lane < count; lane++)
        radix52_to_bytes(out + lane * SRP_ELEMENT_SIZE, digits->digit[0] + lane, FMA_LANES);
}

FMA_END

#else
typedef int srp_no_fma_lanes; /* ISO C wants something in every file */
#endif
