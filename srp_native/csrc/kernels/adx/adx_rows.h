/*
 * Rows of kernel adx: a number of 8, 16, ... limbs times eight limbs of another one, in assembly.
 * CT: all of it; counts are public.
 */
#ifndef SRP_ADX_ROWS_H
#define SRP_ADX_ROWS_H

#include "secret.h"

#define ADX_STRIP 8 /* limbs that a row multiplies: as many sums as there are registers for */

/* The only calling convention that the assembly supports. */
#define ADX_ABI __attribute__((sysv_abi))

/*
 * t += a * digits + carry * 2^(512 blocks), modulo 2^(512 blocks + 512); the carry out is returned.
 *   sizes   t 8 blocks + 8 limbs, a 8 blocks, digits 8; blocks >= 1; `t` overlaps neither operand
 *   in      any limbs; carry 0 or 1
 *   out     the carry is 0 or 1
 *   CT      values
 */
ADX_ABI srp_digit adx_rows(srp_digit *t, const srp_digit *a, const srp_digit *digits,
                           size_t blocks, srp_digit carry);

/*
 * t += q * N + carry * 2^(512 blocks + 512), for the eight digits of q that leave zeros in t[0 ..
 * 8), which are not written; the carry out is returned.
 *   sizes   t 8 blocks + 16 limbs, n 8 blocks + 8; blocks >= 1
 *   in      n is N + 1; any limbs; carry 0 or 1
 *   out     the carry is 0 or 1
 *   CT      values
 */
ADX_ABI srp_digit adx_quotient_rows(srp_digit *t, const srp_digit *n, size_t blocks,
                                    srp_digit carry);

#define ADX_CHAIN_STEP(OP, i)                                                    \
    "movq 8*" #i "(%[a]), %%rax\n\t" OP " 8*" #i "(%[b]), %%rax\n\t"             \
    "movq %%rax, 8*" #i "(%[r])\n\t"

#define ADX_CHAIN(OP)                                                            \
    ADX_CHAIN_STEP(OP, 0) ADX_CHAIN_STEP(OP, 1) ADX_CHAIN_STEP(OP, 2)            \
    ADX_CHAIN_STEP(OP, 3) ADX_CHAIN_STEP(OP, 4) ADX_CHAIN_STEP(OP, 5)            \
    ADX_CHAIN_STEP(OP, 6) ADX_CHAIN_STEP(OP, 7)

/*
 * r = a + b + carry, modulo 2^(512 blocks); the carry out is returned.
 *   sizes   8 blocks limbs each; `r` may be an operand
 *   in      any limbs; carry 0 or 1
 *   out     the carry is 0 or 1
 *   CT      values
 */
static inline srp_digit adx_add(srp_digit *r, const srp_digit *a, const srp_digit *b,
                                unsigned blocks, srp_digit carry) {
    for (; blocks--; r += ADX_STRIP, a += ADX_STRIP, b += ADX_STRIP)
        __asm__ volatile("negq %[carry]\n\t" ADX_CHAIN("adcq")
                         "sbbq %[carry], %[carry]\n\tnegq %[carry]\n\t"
                         : [carry] "+r"(carry.hidden)
                         : [r] "r"(r), [a] "r"(a), [b] "r"(b)
                         : "rax", "cc", "memory");
    return carry;
}

/*
 * r = a - b, modulo 2^(512 blocks); returns 1 if a < b, else 0.
 *   sizes   8 blocks limbs each; `r` may be an operand
 *   in      any limbs
 *   out     the borrow is 0 or 1
 *   CT      values
 */
static inline srp_digit adx_subtract(srp_digit *r, const srp_digit *a, const srp_digit *b,
                                     unsigned blocks) {
    srp_digit borrow = digit_of(0);
    for (; blocks--; r += ADX_STRIP, a += ADX_STRIP, b += ADX_STRIP)
        __asm__ volatile("negq %[borrow]\n\t" ADX_CHAIN("sbbq")
                         "sbbq %[borrow], %[borrow]\n\tnegq %[borrow]\n\t"
                         : [borrow] "+r"(borrow.hidden)
                         : [r] "r"(r), [a] "r"(a), [b] "r"(b)
                         : "rax", "cc", "memory");
    return borrow;
}

#endif
