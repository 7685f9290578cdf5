/*
 * Columns of strings: one of them, whether the offsets are sound, and offsets that move elsewhere.
 */
#include "internal.h"

srp_slice column_row(const srp_column *column, size_t row) {
    srp_slice slice = {column->bytes + column->offsets[row],
                       (size_t)(column->offsets[row + 1] - column->offsets[row])};
    return slice;
}

size_t srp_first_invalid_row(const uint64_t *offsets, size_t count, uint64_t size,
                             uint64_t shortest, uint64_t longest) {
    for (size_t i = 0; i < count; i++) {
        uint64_t length = offsets[i + 1] - offsets[i]; /* huge when they run backwards */
        if (offsets[i + 1] > size || length > offsets[i + 1] || length < shortest ||
            length > longest)
            return i;
    }
    return count;
}

void srp_shift(uint64_t *offsets, size_t count, uint64_t by) {
    for (size_t i = 0; i < count; i++) offsets[i] += by;
}
