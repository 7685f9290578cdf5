/* The operations of lanes.h in plain C; it says what each of them does. */
#ifndef SRP_LANES_PLAIN_H
#define SRP_LANES_PLAIN_H

#include "kernels/wide.h"

#define LANES_BEGIN
#define LANES_END

/* Out of line: the kernel unrolls thousands of them, which inlined take a compiler minutes. */
#if defined(__GNUC__)
#define LANES_INLINE static __attribute__((noinline, unused))
#else
#define LANES_INLINE static
#endif

typedef struct {
    uint64_t lane[LANES];
} lanes;
typedef uint8_t lanes_mask;

#define LANES_EACH(expression)                                             \
    lanes result;                                                          \
    for (unsigned i = 0; i < LANES; i++) result.lane[i] = (expression);    \
    return result

#define LANES_MASK(expression)                                                             \
    unsigned result = 0;                                                                   \
    for (unsigned i = 0; i < LANES; i++) result |= (unsigned)((expression) & 1) << i;      \
    return (lanes_mask)result

#define LANES_LOW_52 ((UINT64_C(1) << 52) - 1)

LANES_INLINE lanes lanes_splat(uint64_t value) { LANES_EACH(value); }

LANES_INLINE lanes lanes_load(const uint64_t *source) { LANES_EACH(source[i]); }

LANES_INLINE void lanes_store(uint64_t *target, lanes a) {
    for (unsigned i = 0; i < LANES; i++) target[i] = a.lane[i];
}

LANES_INLINE lanes lanes_add(lanes a, lanes b) { LANES_EACH(a.lane[i] + b.lane[i]); }

LANES_INLINE lanes lanes_sub(lanes a, lanes b) { LANES_EACH(a.lane[i] - b.lane[i]); }

LANES_INLINE lanes lanes_and(lanes a, lanes b) { LANES_EACH(a.lane[i] & b.lane[i]); }

LANES_INLINE lanes lanes_carry(lanes a) { LANES_EACH(a.lane[i] >> 52); }

/* 1 when a < b */
LANES_INLINE uint64_t lanes_less(uint64_t a, uint64_t b) {
    return ((~a & b) | ((~a | b) & (a - b))) >> 63;
}

LANES_INLINE lanes lanes_power_of_2(lanes bits) {
    LANES_EACH(lanes_less(bits.lane[i], 64) << (bits.lane[i] & 63));
}

LANES_INLINE srp_wide lanes_product(uint64_t a, uint64_t b) {
    return wide_mul_add(wide_from(0), a & LANES_LOW_52, b & LANES_LOW_52);
}

LANES_INLINE lanes lanes_mul_low(lanes sum, lanes a, lanes b) {
    LANES_EACH(sum.lane[i] + (wide_low(lanes_product(a.lane[i], b.lane[i])) & LANES_LOW_52));
}

LANES_INLINE lanes lanes_mul_high(lanes sum, lanes a, lanes b) {
    LANES_EACH(sum.lane[i] + wide_low(wide_shift_right(lanes_product(a.lane[i], b.lane[i]), 52)));
}

LANES_INLINE lanes_mask lanes_equal(lanes a, lanes b) {
    LANES_MASK(1 ^ lanes_less(0, a.lane[i] ^ b.lane[i]));
}

LANES_INLINE lanes_mask lanes_above(lanes a, lanes b) {
    LANES_MASK(lanes_less(b.lane[i], a.lane[i]));
}

LANES_INLINE lanes_mask lanes_test(lanes a, lanes b) {
    LANES_MASK(lanes_less(0, a.lane[i] & b.lane[i]));
}

LANES_INLINE lanes lanes_choose(lanes_mask mask, lanes yes, lanes no) {
    LANES_EACH(no.lane[i] ^ ((no.lane[i] ^ yes.lane[i]) & (0 - (uint64_t)(mask >> i & 1))));
}

/* Reads all sixteen. */
LANES_INLINE lanes lanes_pick(lanes low, lanes high, lanes index) {
    lanes result = lanes_splat(0);
    for (uint64_t entry = 0; entry < 16; entry++) {
        uint64_t value = entry < 8 ? low.lane[entry] : high.lane[entry - 8];
        for (unsigned i = 0; i < LANES; i++)
            result.lane[i] |= value & (lanes_less(0, (index.lane[i] & 15) ^ entry) - 1);
    }
    return result;
}

LANES_INLINE lanes lanes_lane(lanes a, unsigned lane) { LANES_EACH(a.lane[lane]); }

LANES_INLINE const uint64_t *lanes_hidden(const uint64_t *address) { return address; }

LANES_INLINE void lanes_prefetch(const char *address) { (void)address; }

LANES_INLINE lanes lanes_up(lanes a, lanes below) {
    LANES_EACH(i ? a.lane[i - 1] : below.lane[7]);
}

#undef LANES_EACH
#undef LANES_MASK

#endif
