/*
 * Reads an entry of a table without revealing which one. This function has a file of its own, so
 * that tests/native can replace it by a leaky one and see that the checks notice.
 */
#include <string.h>

#include "kernels/portable/portable.h"

#define RUN 13 /* digits at a time; with 26 GCC no longer keeps them in registers */

void field_select(srp_digit *result, const srp_digit *table, size_t entries, srp_index index) {
    for (size_t start = 0; start < SRP_DIGITS; start += RUN) {
        srp_digit digits[RUN] = {{0}};
        for (size_t entry = 0; entry < entries; entry++) {
            const srp_digit *source = table + entry * SRP_DIGITS + start;
            srp_mask wanted = mask_if_equal(entry, index);
            for (size_t i = 0; i < RUN; i++)
                digits[i] = digit_or(digits[i], digit_keep(wanted, source[i]));
        }
        memcpy(result + start, digits, sizeof digits);
        srp_wipe(digits, sizeof digits);
    }
}
