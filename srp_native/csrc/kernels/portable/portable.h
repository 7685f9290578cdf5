/*
 * Kernel portable: C11 alone, for every CPU. Numbers modulo N are SRP_DIGITS digits of 60 bits in
 * Montgomery form, R = 2^3120. CT: values, as in internal.h.
 */
#ifndef SRP_PORTABLE_H
#define SRP_PORTABLE_H

#include "internal.h"
#include "kernels/comb.h"
#include "kernels/wide.h"

#define SRP_DIGIT_BITS 60
#define SRP_DIGITS 52

/* ---- constants, computed at build time by srp_native/csrc/tables.py -------------------------- */

extern const srp_digit srp_modulus[SRP_DIGITS];        /* N */
extern const srp_digit srp_modulus_plus_1[SRP_DIGITS]; /* N + 1; digit 0 is 0 */
extern const srp_digit srp_montgomery_one[SRP_DIGITS]; /* R mod N */
extern const srp_digit srp_montgomery_r2[SRP_DIGITS];  /* R^2 mod N */

/*
 * Entry e of table t: R times the product of 2^(2^(11 + i TABLES COLUMNS + t COLUMNS)) over the
 * bits i that are set in e, mod N.
 */
extern const srp_digit srp_comb_table[SRP_COMB_TABLES][SRP_COMB_ENTRIES][SRP_DIGITS];

/* ---- portable_field.c ------------------------------------------------------------------------ */

/* What a multiplication needs besides its operands. Holds secrets: wipe it. */
typedef struct {
    srp_wide column[2 * SRP_DIGITS];
    srp_wide middle[SRP_DIGITS];
    srp_wide tile_middle[SRP_DIGITS / 2];
    srp_digit pair_a[SRP_DIGITS / 2], pair_b[SRP_DIGITS / 2];
    srp_digit tile_a[SRP_DIGITS / 4], tile_b[SRP_DIGITS / 4];
    srp_digit quotient[SRP_DIGITS / 2];
} field_scratch;

/*
 * result = a b / R mod N.
 *   sizes   SRP_DIGITS digits each; `result` may be an operand
 *   in      a and b below 4 N, digits below 2^60
 *   out     below 2 N, digits below 2^60
 *   CT      values
 */
void field_mul(srp_digit *result, const srp_digit *a, const srp_digit *b, field_scratch *scratch);

/*
 * result = a^2 / R mod N.
 *   sizes   SRP_DIGITS digits each; `result` may be `a`
 *   in      a below 4 N, digits below 2^60
 *   out     below 2 N, digits below 2^60
 *   CT      values
 */
void field_sqr(srp_digit *result, const srp_digit *a, field_scratch *scratch);

/*
 * result = minuend - subtrahend + 2 N.
 *   sizes   SRP_DIGITS digits each; `result` may be an operand
 *   in      both below 2 N, digits below 2^60
 *   out     below 4 N, digits below 2^60
 *   CT      values
 */
void field_sub(srp_digit *result, const srp_digit *minuend, const srp_digit *subtrahend);

/*
 * digits = the number that `bytes` are.
 *   sizes   SRP_DIGITS digits, SRP_ELEMENT_SIZE bytes
 *   in      any bytes
 *   out     below 2^3072 < 2 N, digits below 2^60
 *   CT      values
 */
void field_from_bytes(srp_digit *digits, const uint8_t *bytes);

/*
 * bytes = digits mod N.
 *   sizes   SRP_ELEMENT_SIZE bytes, SRP_DIGITS digits
 *   in      below 2 N, digits below 2^60
 *   out     below N
 *   CT      values
 */
void field_to_bytes(uint8_t *bytes, const srp_digit *digits);

/* ---- portable_select.c ----------------------------------------------------------------------- */

/*
 * result = table[index]; reads every entry.
 *   sizes   SRP_DIGITS digits an entry; `result` is not in the table
 *   in      index below `entries`
 *   out     as the entry
 *   CT      values and index
 */
void field_select(srp_digit *result, const srp_digit *table, size_t entries, srp_index index);

/* ---- portable.c: internal.h says at srp_kernel what they do ---------------------------------- */

void portable_pow_g(uint8_t *out, const uint8_t *exponents, size_t length, size_t count);
void portable_powmod(uint8_t *out, const uint8_t *bases, const uint8_t *exponents, size_t length,
                     size_t count);
void portable_product_start(srp_product *product);
void portable_product_add(srp_product *product, const uint8_t *elements, size_t count);
void portable_product_finish(uint8_t *out, const srp_product *product);

#endif
