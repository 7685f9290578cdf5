/*
 * What radix52.c must never become: a window of the exponent decides an address. Built in
 * its place to see that the search for such addresses finds one.
 */
#define radix52_window honest_window
#include "kernels/radix52.c"
#undef radix52_window

srp_index radix52_window(const uint8_t *bytes, size_t length, size_t position, unsigned width);

srp_index radix52_window(const uint8_t *bytes, size_t length, size_t position, unsigned width) {
    static uint64_t same[1 << 11];
    uint64_t value = honest_window(bytes, length, position, width).hidden;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) same[i] = i;
    return index_of(same[value]);
}
