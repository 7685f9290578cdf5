/*
 * 128-bit sums of 64 x 64-bit products: the only thing that the scalar arithmetic needs and C11
 * does not have. There are three implementations: unsigned __int128, MSVC's _umul128 or __umulh,
 * and four 32 x 32-bit products. Define SRP_NO_INT128 to test the latter two.
 *
 * Everything is modulo 2^128. A sum is as hidden as the digits of secret.h.
 * CT: all of it, on CPUs whose 64-bit multiplication takes the same time for every operand
 * (x86-64 and 64-bit Arm from Cortex-A53 on).
 */
#ifndef SRP_WIDE_H
#define SRP_WIDE_H

#include "secret.h"

#if defined(__SIZEOF_INT128__) && !defined(SRP_NO_INT128)

__extension__ typedef unsigned __int128 srp_uint128;

typedef struct {
    srp_uint128 hidden;
} srp_wide;

SECRET_INLINE srp_wide wide_zero(void) { return (srp_wide){0}; }
SECRET_INLINE srp_digit wide_low(srp_wide a) { return (srp_digit){(uint64_t)a.hidden}; }
SECRET_INLINE srp_wide wide_add(srp_wide a, srp_wide b) { return (srp_wide){a.hidden + b.hidden}; }
SECRET_INLINE srp_wide wide_sub(srp_wide a, srp_wide b) { return (srp_wide){a.hidden - b.hidden}; }

/* a / 2^bits, 0 < bits < 64 */
SECRET_INLINE srp_wide wide_down(srp_wide a, unsigned bits) { return (srp_wide){a.hidden >> bits}; }

/* sum + a * b */
SECRET_INLINE srp_wide wide_mul_add(srp_wide sum, srp_digit a, srp_digit b) {
    return (srp_wide){sum.hidden + (srp_uint128)a.hidden * b.hidden};
}

#else

typedef struct {
    uint64_t hidden_low, hidden_high;
} srp_wide;

SECRET_INLINE srp_wide wide_zero(void) { return (srp_wide){0, 0}; }

SECRET_INLINE srp_digit wide_low(srp_wide a) { return (srp_digit){a.hidden_low}; }

SECRET_INLINE srp_wide wide_add(srp_wide a, srp_wide b) {
    uint64_t low = a.hidden_low + b.hidden_low;
    return (srp_wide){low, a.hidden_high + b.hidden_high + (low < a.hidden_low)};
}

SECRET_INLINE srp_wide wide_sub(srp_wide a, srp_wide b) {
    uint64_t borrow = a.hidden_low < b.hidden_low;
    return (srp_wide){a.hidden_low - b.hidden_low, a.hidden_high - b.hidden_high - borrow};
}

/* a / 2^bits, 0 < bits < 64 */
SECRET_INLINE srp_wide wide_down(srp_wide a, unsigned bits) {
    return (srp_wide){a.hidden_low >> bits | a.hidden_high << (64 - bits), a.hidden_high >> bits};
}

#if defined(_MSC_VER) && (defined(_M_X64) || defined(_M_ARM64))
#include <intrin.h>

SECRET_INLINE srp_wide wide_product(uint64_t a, uint64_t b) {
    srp_wide product;
#if defined(_M_X64)
    product.hidden_low = _umul128(a, b, &product.hidden_high);
#else
    product.hidden_low = a * b;
    product.hidden_high = __umulh(a, b);
#endif
    return product;
}
#else
SECRET_INLINE srp_wide wide_product(uint64_t a, uint64_t b) {
    uint64_t a0 = a & 0xFFFFFFFF, a1 = a >> 32, b0 = b & 0xFFFFFFFF, b1 = b >> 32;
    uint64_t outer = a0 * b0;
    /* At most (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1: neither sum overflows. */
    uint64_t cross = a1 * b0 + (outer >> 32);
    uint64_t middle = a0 * b1 + (cross & 0xFFFFFFFF);
    return (srp_wide){middle << 32 | (outer & 0xFFFFFFFF),
                      a1 * b1 + (cross >> 32) + (middle >> 32)};
}
#endif

/* sum + a * b */
SECRET_INLINE srp_wide wide_mul_add(srp_wide sum, srp_digit a, srp_digit b) {
    return wide_add(sum, wide_product(a.hidden, b.hidden));
}

#endif
#endif
