/*
 * Kernel adx: mulx, adcx and adox, compiled where inline assembly for 64-bit x86 is understood.
 * Numbers modulo N are SRP_ADX_LIMBS limbs of 64 bits in Montgomery form, R = 2^3072. They are
 * below R and not always below N. CT: values, as in internal.h.
 */
#ifndef SRP_ADX_H
#define SRP_ADX_H

#include "internal.h"
#include "kernels/comb.h"

#define SRP_ADX_LIMBS 48

#if SRP_X86_64

/* ---- constants, computed at build time by srp_native/csrc/tables.py -------------------------- */

extern const srp_digit srp_adx_modulus_plus_1[SRP_ADX_LIMBS]; /* N + 1; limb 0 is 0 */
extern const srp_digit srp_adx_montgomery_one[SRP_ADX_LIMBS]; /* R mod N, which is R - N */
extern const srp_digit srp_adx_montgomery_r2[SRP_ADX_LIMBS];  /* R^2 mod N */

/* As srp_comb_table of portable.h. */
extern const srp_digit srp_adx_comb_table[SRP_COMB_TABLES][SRP_COMB_ENTRIES][SRP_ADX_LIMBS];

/* ---- adx_field.c ----------------------------------------------------------------------------- */

/* What a multiplication needs besides its operands. Holds secrets: wipe it. */
typedef struct {
    srp_digit t[2 * SRP_ADX_LIMBS];
    srp_digit middle[SRP_ADX_LIMBS];
    srp_digit half_a[SRP_ADX_LIMBS / 2], half_b[SRP_ADX_LIMBS / 2];
} adx_scratch;

/*
 * result = a b / R mod N.
 *   sizes   SRP_ADX_LIMBS limbs each; `result` may be an operand
 *   in      any limbs
 *   out     below R
 *   CT      values
 */
void adx_mul(srp_digit *result, const srp_digit *a, const srp_digit *b, adx_scratch *scratch);

/*
 * result = a^2 / R mod N.
 *   sizes   SRP_ADX_LIMBS limbs each; `result` may be `a`
 *   in      any limbs
 *   out     below R
 *   CT      values
 */
void adx_sqr(srp_digit *result, const srp_digit *a, adx_scratch *scratch);

/*
 * limbs = the number that `bytes` are.
 *   sizes   SRP_ADX_LIMBS limbs, SRP_ELEMENT_SIZE bytes
 *   in      any bytes
 *   out     below R
 *   CT      values
 */
void adx_from_bytes(srp_digit *limbs, const uint8_t *bytes);

/*
 * bytes = limbs mod N.
 *   sizes   SRP_ELEMENT_SIZE bytes, SRP_ADX_LIMBS limbs
 *   in      any limbs: R < 2 N
 *   out     below N
 *   CT      values
 */
void adx_to_bytes(uint8_t *bytes, const srp_digit *limbs);

/* ---- adx_select.c ---------------------------------------------------------------------------- */

/*
 * result = table[index]; reads every entry.
 *   sizes   SRP_ADX_LIMBS limbs an entry; `result` is not in the table
 *   in      index below `entries`
 *   out     as the entry
 *   CT      values and index
 */
void adx_select(srp_digit *result, const srp_digit *table, size_t entries, srp_index index);

/* ---- adx.c: internal.h says at srp_kernel what they do --------------------------------------- */

void adx_pow_g(uint8_t *out, const uint8_t *exponents, size_t length, size_t count);
void adx_powmod(uint8_t *out, const uint8_t *bases, const uint8_t *exponents, size_t length,
                size_t count);
void adx_product_start(srp_product *product);
void adx_product_add(srp_product *product, const uint8_t *elements, size_t count);
void adx_product_finish(uint8_t *out, const srp_product *product);

#endif
#endif
