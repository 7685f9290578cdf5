/*
 * The part of a square that adx_rows.h has no rows for: products of limbs of one strip, each pair
 * once, and the doubling of everything with the squares of the single limbs added. CT: all of it.
 */
#ifndef SRP_ADX_SQUARE_H
#define SRP_ADX_SQUARE_H

#include <stdint.h>

/* Neither of the two compilers has the limit of 4095 characters that this warns of. */
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* column += low limb of rdx * a[j], next column += high limb */
#define ADX_PAIR(j, column, next)           \
    "mulx 8*" #j "(%[a]), %%rax, %%rcx\n\t" \
    "adcx %%rax, %%" column "\n\tadox %%rcx, %%" next "\n\t"

#define ADX_BEGIN_PAIRS(i) "movq 8*" #i "(%[a]), %%rdx\n\t" "xorl %%ebx, %%ebx\n\t"

/* The last pair of a row is with a[7], and its high limb begins the row's last column. */
#define ADX_END_PAIRS(column, top)                                                \
    "mulx 56(%[a]), %%rax, %%" top "\n\tadcx %%rax, %%" column "\n\t"             \
    "adcx %%rbx, %%" top "\n\tadox %%rbx, %%" top "\n\t"

/* The row's two lowest columns are complete. */
#define ADX_STORE_PAIR(at, low, high) \
    "movq %%" low ", 8*" #at "(%[t])\n\tmovq %%" high ", 8*" #at "+8(%[t])\n\t"

/* t[0 .. 15] = the sum of a[i] a[j] 2^(64 (i + j)) over i < j for eight limbs a */
static inline void adx_pairs(uint64_t *t, const uint64_t *a) {
    t[0] = t[15] = 0;
    __asm__ volatile(
        ADX_BEGIN_PAIRS(0)
        "mulx 8(%[a]), %%r8, %%r9\n\t"
        "mulx 16(%[a]), %%rax, %%r10\n\tadcx %%rax, %%r9\n\t"
        "mulx 24(%[a]), %%rax, %%r11\n\tadcx %%rax, %%r10\n\t"
        "mulx 32(%[a]), %%rax, %%r12\n\tadcx %%rax, %%r11\n\t"
        "mulx 40(%[a]), %%rax, %%r13\n\tadcx %%rax, %%r12\n\t"
        "mulx 48(%[a]), %%rax, %%r14\n\tadcx %%rax, %%r13\n\t"
        ADX_END_PAIRS("r14", "r15") ADX_STORE_PAIR(1, "r8", "r9")
        ADX_BEGIN_PAIRS(1) ADX_PAIR(2, "r10", "r11") ADX_PAIR(3, "r11", "r12")
        ADX_PAIR(4, "r12", "r13") ADX_PAIR(5, "r13", "r14") ADX_PAIR(6, "r14", "r15")
        ADX_END_PAIRS("r15", "r8") ADX_STORE_PAIR(3, "r10", "r11")
        ADX_BEGIN_PAIRS(2) ADX_PAIR(3, "r12", "r13") ADX_PAIR(4, "r13", "r14")
        ADX_PAIR(5, "r14", "r15") ADX_PAIR(6, "r15", "r8")
        ADX_END_PAIRS("r8", "r9") ADX_STORE_PAIR(5, "r12", "r13")
        ADX_BEGIN_PAIRS(3) ADX_PAIR(4, "r14", "r15") ADX_PAIR(5, "r15", "r8")
        ADX_PAIR(6, "r8", "r9")
        ADX_END_PAIRS("r9", "r10") ADX_STORE_PAIR(7, "r14", "r15")
        ADX_BEGIN_PAIRS(4) ADX_PAIR(5, "r8", "r9") ADX_PAIR(6, "r9", "r10")
        ADX_END_PAIRS("r10", "r11") ADX_STORE_PAIR(9, "r8", "r9")
        ADX_BEGIN_PAIRS(5) ADX_PAIR(6, "r10", "r11")
        ADX_END_PAIRS("r11", "r12") ADX_STORE_PAIR(11, "r10", "r11")
        ADX_BEGIN_PAIRS(6)
        ADX_END_PAIRS("r12", "r13") ADX_STORE_PAIR(13, "r12", "r13")
        :
        : [t] "D"(t), [a] "S"(a)
        : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc",
          "memory");
}

#define ADX_DOUBLE(i)                                                                        \
    "movq 8*" #i "(%[a]), %%rdx\n\tmulx %%rdx, %%rax, %%r8\n\t"                              \
    "movq 16*" #i "(%[t]), %%r9\n\tadcx %%r9, %%r9\n\tadox %%rax, %%r9\n\t"                  \
    "movq 16*" #i "+8(%[t]), %%r10\n\tadcx %%r10, %%r10\n\tadox %%r8, %%r10\n\t"             \
    "movq %%r9, 16*" #i "(%[t])\n\tmovq %%r10, 16*" #i "+8(%[t])\n\t"

/*
 * t[0 .. 16 blocks) = 2 t + the sum of a[i]^2 2^(128 i). Both carry chains run through the whole of
 * it: lea and jrcxz leave the flags alone. blocks >= 1.
 */
static inline void adx_double_and_square(uint64_t *t, const uint64_t *a, unsigned long blocks) {
    __asm__ volatile("xorl %%eax, %%eax\n\t" /* CF = OF = 0 */
                     "1:\n\t" ADX_DOUBLE(0) ADX_DOUBLE(1) ADX_DOUBLE(2) ADX_DOUBLE(3)
                     ADX_DOUBLE(4) ADX_DOUBLE(5) ADX_DOUBLE(6) ADX_DOUBLE(7)
                     "leaq 64(%[a]), %[a]\n\tleaq 128(%[t]), %[t]\n\t"
                     "leaq -1(%%rcx), %%rcx\n\tjrcxz 2f\n\tjmp 1b\n2:\n\t"
                     : [t] "+D"(t), [a] "+S"(a), "+c"(blocks)
                     :
                     : "rax", "rdx", "r8", "r9", "r10", "cc", "memory");
}

#endif
