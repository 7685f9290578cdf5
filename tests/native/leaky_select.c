/*
 * What portable_select.c must never become: the entry that is wanted is the only one read. Built in
 * its place to see that the search for secret-dependent addresses finds one.
 */
#include <string.h>

#include "kernels/portable/portable.h"

void field_select(srp_digit *result, const srp_digit *table, size_t entries, srp_index index) {
    (void)entries;
    memcpy(result, table + index.hidden * SRP_DIGITS, SRP_DIGITS * sizeof *result);
}
