/*
 * What avx512ifma_bytes.c must never become: a window of the exponent decides an address. Built in
 * its place to see that the search for such addresses finds one.
 */
#define ifma_window honest_window
#include "kernels/avx512ifma/avx512ifma_bytes.c"
#undef ifma_window

srp_index ifma_window(const uint8_t *bytes, size_t length, size_t position, unsigned width);

srp_index ifma_window(const uint8_t *bytes, size_t length, size_t position, unsigned width) {
    static uint64_t same[1 << 11];
    uint64_t value = honest_window(bytes, length, position, width).hidden;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) same[i] = i;
    return index_of(same[value]);
}
