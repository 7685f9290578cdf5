/*
 * Between big-endian bytes and digits of 52 bits. Two digits are 13 bytes, so a digit begins at a
 * byte or in the middle of one: an even digit 2 p at byte 13 p from the end, an odd one 4 bits into
 * byte 13 p + 6.
 */
#include "kernels/avx512ifma/avx512ifma.h"

#ifdef SRP_HAVE_LANES

#define PAIR_SIZE 13

void ifma_from_bytes(uint64_t *digits, size_t stride, const uint8_t *bytes) {
    const uint8_t *end = bytes + SRP_ELEMENT_SIZE;
    for (size_t i = 0; i < SRP_IFMA_DIGITS - 2; i += 2, end -= PAIR_SIZE) {
        digits[i * stride] = load_64(end - 8) & IFMA_DIGIT_MASK;
        digits[(i + 1) * stride] = load_64(end - 14) >> 4 & IFMA_DIGIT_MASK;
    }
    /* Seven bytes are left, of the last pair's 13. */
    uint64_t top = load_64(bytes) >> 8;
    digits[(SRP_IFMA_DIGITS - 2) * stride] = top & IFMA_DIGIT_MASK;
    digits[(SRP_IFMA_DIGITS - 1) * stride] = top >> SRP_IFMA_DIGIT_BITS;
}

void ifma_to_bytes(uint8_t *bytes, const uint64_t *digits, size_t stride) {
    uint8_t *end = bytes + SRP_ELEMENT_SIZE;
    for (size_t i = 0; i < SRP_IFMA_DIGITS - 2; i += 2, end -= PAIR_SIZE) {
        uint64_t low = digits[i * stride], high = digits[(i + 1) * stride];
        store_64(end - 8, low | high << SRP_IFMA_DIGIT_BITS);
        /* Five bytes; the three zeros above them are overwritten by the next pair. */
        store_64(end - 16, high >> 12);
    }
    uint64_t low = digits[(SRP_IFMA_DIGITS - 2) * stride];
    uint64_t top = low | digits[(SRP_IFMA_DIGITS - 1) * stride] << SRP_IFMA_DIGIT_BITS;
    while (end > bytes) {
        *--end = (uint8_t)(top & 0xFF);
        top >>= 8;
    }
}

void ifma_row_to_bytes(uint8_t *bytes, const uint64_t *row) {
    uint64_t reduced[SRP_IFMA_DIGITS];
    uint64_t borrow = 0; /* 0 or -1 */
    for (size_t i = 0; i < SRP_IFMA_DIGITS; i++) {
        uint64_t difference = row[i] - srp_ifma_modulus[i] + borrow;
        reduced[i] = difference & IFMA_DIGIT_MASK;
        borrow = 0 - (difference >> 63);
    }
    uint64_t was_below = opaque(borrow);
    for (size_t i = 0; i < SRP_IFMA_DIGITS; i++)
        reduced[i] = (row[i] & was_below) | (reduced[i] & ~was_below);
    ifma_to_bytes(bytes, reduced, 1);
    srp_wipe(reduced, sizeof reduced);
}

uint64_t ifma_window(const uint8_t *bytes, size_t length, size_t position, unsigned width) {
    size_t first = position / 8;
    uint64_t value = first < length ? bytes[length - 1 - first] : 0;
    if (first + 1 < length) value |= (uint64_t)bytes[length - 2 - first] << 8;
    return value >> position % 8 & ((UINT64_C(1) << width) - 1);
}

#else
typedef int srp_no_lanes; /* ISO C wants something in every file */
#endif
