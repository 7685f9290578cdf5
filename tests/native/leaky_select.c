/*
 * What portable_select.c must never become: the entry that is wanted is the only one read. Built in
 * its place to see that the search for secret-dependent addresses finds one.
 */
#include <string.h>

#include "internal.h"

void field_select(uint64_t *result, const uint64_t *table, size_t entries, uint64_t index) {
    (void)entries;
    memcpy(result, table + index * SRP_DIGITS, SRP_DIGITS * sizeof *result);
}
