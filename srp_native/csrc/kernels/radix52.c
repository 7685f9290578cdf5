/*
 * Between big-endian bytes and digits of 52 bits. Two digits are 13 bytes, so a digit begins at a
 * byte or in the middle of one: an even digit 2 p at byte 13 p from the end, an odd one 4 bits into
 * byte 13 p + 6.
 */
#include "kernels/radix52.h"

#if SRP_HAS_RADIX52

#define PAIR_SIZE 13

void radix52_from_bytes(srp_digit *digits, size_t stride, const uint8_t *bytes) {
    const uint8_t *end = bytes + SRP_ELEMENT_SIZE;
    for (size_t i = 0; i < SRP_52_DIGITS - 2; i += 2, end -= PAIR_SIZE) {
        digits[i * stride] = digit_low(digit_load(end - 8), SRP_52_BITS);
        digits[(i + 1) * stride] =
            digit_low(digit_down(digit_load(end - 14), 4), SRP_52_BITS);
    }
    /* The last pair of digits has seven bytes instead of 13. */
    srp_digit top = digit_down(digit_load(bytes), 8);
    digits[(SRP_52_DIGITS - 2) * stride] = digit_low(top, SRP_52_BITS);
    digits[(SRP_52_DIGITS - 1) * stride] = digit_down(top, SRP_52_BITS);
}

void radix52_to_bytes(uint8_t *bytes, const srp_digit *digits, size_t stride) {
    uint8_t *end = bytes + SRP_ELEMENT_SIZE;
    for (size_t i = 0; i < SRP_52_DIGITS - 2; i += 2, end -= PAIR_SIZE) {
        srp_digit low = digits[i * stride], high = digits[(i + 1) * stride];
        digit_store(end - 8, digit_or(low, digit_up(high, SRP_52_BITS)));
        /* Five bytes; the three zeros above them are overwritten by the next pair. */
        digit_store(end - 16, digit_down(high, 12));
    }
    srp_digit high = digits[(SRP_52_DIGITS - 1) * stride];
    srp_digit top =
        digit_or(digits[(SRP_52_DIGITS - 2) * stride], digit_up(high, SRP_52_BITS));
    while (end > bytes) {
        digit_store_byte(--end, top);
        top = digit_down(top, 8);
    }
}

void radix52_row_to_bytes(uint8_t *bytes, const srp_digit *row) {
    srp_digit reduced[SRP_52_DIGITS];
    srp_digit borrow = digit_of(0); /* 0 or 1 */
    for (size_t i = 0; i < SRP_52_DIGITS; i++) {
        srp_digit difference = digit_sub(digit_sub(row[i], srp_52_modulus[i]), borrow);
        reduced[i] = digit_low(difference, SRP_52_BITS);
        borrow = digit_down(difference, 63);
    }
    srp_mask was_below = mask_if_one(borrow);
    for (size_t i = 0; i < SRP_52_DIGITS; i++)
        reduced[i] = digit_choose(was_below, row[i], reduced[i]);
    radix52_to_bytes(bytes, reduced, 1);
    srp_wipe(reduced, sizeof reduced);
}

srp_index radix52_window(const uint8_t *bytes, size_t length, size_t position, unsigned width) {
    size_t first = position / 8;
    uint64_t value = first < length ? bytes[length - 1 - first] : 0;
    if (first + 1 < length) value |= (uint64_t)bytes[length - 2 - first] << 8;
    return index_of(value >> position % 8 & ((UINT64_C(1) << width) - 1));
}

#else
typedef int srp_no_radix52; /* ISO C wants something in every file */
#endif
