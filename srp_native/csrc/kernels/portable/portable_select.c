/*
 * Reading a table without telling which entry was wanted. On its own in a file so that
 * tests/native can put a leaky one in its place and see that its checks notice.
 */
#include <string.h>

#include "internal.h"

#define RUN 13 /* digits at a time; with 26 GCC no longer keeps them in registers */

void field_select(uint64_t *result, const uint64_t *table, size_t entries, uint64_t index) {
    for (size_t start = 0; start < SRP_DIGITS; start += RUN) {
        uint64_t digits[RUN] = {0};
        for (size_t entry = 0; entry < entries; entry++) {
            const uint64_t *source = table + entry * SRP_DIGITS + start;
            uint64_t mask = mask_if_equal(entry, index);
            for (size_t i = 0; i < RUN; i++) digits[i] |= source[i] & mask;
        }
        memcpy(result + start, digits, sizeof digits);
        srp_wipe(digits, sizeof digits);
    }
}
