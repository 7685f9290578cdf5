/*
 * Between big-endian bytes and digits of 52 bits. Two digits are 13 bytes, so a digit begins at a
 * byte or in the middle of one: an even digit 2 p at byte 13 p, an odd one 4 bits into byte 13 p + 6.
 */
#include "avx512ifma.h"

#ifdef SRP_HAVE_LANES

/* 384 bytes, and 6 of zeros or garbage that the last pair of digits reaches into. */
#define PADDED_SIZE (SRP_IFMA_DIGITS / 2 * 13)

static uint64_t load_64(const uint8_t *bytes) {
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++) value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

static void store_64(uint8_t *bytes, uint64_t value) {
    for (unsigned i = 0; i < 8; i++) bytes[i] = (uint8_t)(value >> 8 * i);
}

void ifma_from_bytes(uint64_t *digits, size_t stride, const uint8_t *bytes) {
    uint8_t little[PADDED_SIZE + 8] = {0};
    for (size_t i = 0; i < SRP_ELEMENT_SIZE; i++) little[i] = bytes[SRP_ELEMENT_SIZE - 1 - i];
    for (size_t pair = 0; pair < SRP_IFMA_DIGITS / 2; pair++) {
        const uint8_t *from = little + 13 * pair;
        digits[2 * pair * stride] = load_64(from) & IFMA_DIGIT_MASK;
        digits[(2 * pair + 1) * stride] = load_64(from + 6) >> 4 & IFMA_DIGIT_MASK;
    }
    srp_wipe(little, sizeof little);
}

/* result = value mod N for a value below 2 N */
static void reduce_fully(uint64_t *result, const uint64_t *value, size_t stride) {
    uint64_t borrow = 0; /* 0 or -1 */
    for (size_t i = 0; i < SRP_IFMA_DIGITS; i++) {
        uint64_t difference = value[i * stride] - srp_ifma_modulus[i] + borrow;
        result[i] = difference & IFMA_DIGIT_MASK;
        borrow = 0 - (difference >> 63);
    }
    uint64_t was_below = opaque(borrow);
    for (size_t i = 0; i < SRP_IFMA_DIGITS; i++)
        result[i] = (value[i * stride] & was_below) | (result[i] & ~was_below);
}

void ifma_to_bytes(uint8_t *bytes, const uint64_t *digits, size_t stride) {
    uint64_t reduced[SRP_IFMA_DIGITS];
    uint8_t little[PADDED_SIZE + 3];
    reduce_fully(reduced, digits, stride);
    for (size_t pair = 0; pair < SRP_IFMA_DIGITS / 2; pair++) {
        uint64_t low = reduced[2 * pair], high = reduced[2 * pair + 1];
        store_64(little + 13 * pair, low | high << 52);
        /* Five bytes; the three zeros above them are overwritten by the next pair. */
        store_64(little + 13 * pair + 8, high >> 12);
    }
    for (size_t i = 0; i < SRP_ELEMENT_SIZE; i++) bytes[i] = little[SRP_ELEMENT_SIZE - 1 - i];
    srp_wipe(reduced, sizeof reduced);
    srp_wipe(little, sizeof little);
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
