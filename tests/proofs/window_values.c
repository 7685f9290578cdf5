/*
 * Tries radix52_window: every length up to 4 bytes, position and width, and every value of the two
 * bytes that a window can be in, the others all ones or all zeros. Prints how many; exits with 1 at
 * the first that is not what bit after bit gives.
 */
#include <stdio.h>

#include "kernels/radix52.h"

#define BYTES 4

static uint64_t bit_by_bit(const uint8_t *bytes, size_t length, size_t position, unsigned width) {
    uint64_t value = 0;
    for (size_t bit = position; bit < position + width && bit < 8 * length; bit++)
        value |= (uint64_t)(bytes[length - 1 - bit / 8] >> bit % 8 & 1) << (bit - position);
    return value;
}

static int try_values(size_t length, size_t position, unsigned width) {
    uint8_t bytes[BYTES + 2];
    for (unsigned value = 0; value < 1u << 16; value++) {
        memset(bytes, value & 1 ? 0xFF : 0, sizeof bytes);
        for (size_t k = 0; k < 2; k++)
            if (position / 8 + k < length)
                bytes[length - 1 - position / 8 - k] = (uint8_t)(value >> (8 * k) & 0xFF);
        if (radix52_window(bytes, length, position, width).hidden !=
            bit_by_bit(bytes, length, position, width))
            return 0;
    }
    return 1;
}

int main(void) {
    unsigned tried = 0;
    for (size_t length = 0; length <= BYTES; length++)
        for (size_t position = 0; position < 8 * length + 16; position++)
            for (unsigned width = 1; position % 8 + width <= 16; width++, tried++)
                if (!try_values(length, position, width)) {
                    printf("length %zu, position %zu, width %u\n", length, position, width);
                    return 1;
                }
    printf("%u\n", tried);
    return 0;
}
