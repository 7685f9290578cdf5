/*
 * The loops of kernel adx in assembly: rows of 64 x 64-bit products with mulx, whose sums run in
 * two carry chains at once (adcx has CF, adox has OF), and chains of eight additions.
 *
 * Inline assembly, not intrinsics: no compiler keeps two carry chains apart. The loops need all fifteen
 * registers. Code compiled with frame pointers does not let go of rbp, so they save and restore it
 * themselves, and meanwhile reach nothing through it.
 *
 * CT: all of it. mulx takes the same time for every operand, there is no branch but on counts.
 */
#ifndef SRP_ADX_ROWS_H
#define SRP_ADX_ROWS_H

#include "internal.h"

#define ADX_STRIP 8 /* limbs that a row multiplies: as many sums as there are registers for */

/* Neither of the two compilers has the limit of 4095 characters that this warns of. */
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* The assembly has these offsets as numbers. */
_Static_assert(offsetof(adx_strip, window) == 64 && offsetof(adx_strip, frame) == 128 &&
                   offsetof(adx_strip, blocks) == 136,
               "adx_strip is not what the assembly takes it for");

/*
 * Column w1 += `high`, the high limb of the product before, and the low limb of digit j's product,
 * whose high limb goes into `next`. Taking turns with two registers for high limbs, and the older
 * limb first, saves an eighth of a row's time: the chains wait less for each other.
 */
#define ADX_PRODUCT(from, j, w1, high, next)            \
    "mulx 8*" #j "(%[" from "]), %%rax, %%" next "\n\t" \
    "adox %%" high ", %%" w1 "\n\tadcx %%rax, %%" w1 "\n\t"

/* The last product of a row: its high limb and both carries are the window's new top limb. */
#define ADX_LAST_PRODUCT(from, w7, top)                                       \
    "mulx 56(%[" from "]), %%rax, %%" top "\n\t"                              \
    "adox %%rcx, %%" w7 "\n\tadcx %%rax, %%" w7 "\n\tmovl $0, %%eax\n\t"      \
    "adcx %%rax, %%" top "\n\tadox %%rax, %%" top "\n\t"

#define ADX_CLEAR_CARRIES "xorl %%ebp, %%ebp\n\t"

/*
 * t[i] += a[i] * digits + window: the lowest limb into memory, the others stay in the window, whose
 * lowest register becomes its highest. The sum fits in nine limbs, as
 * (2^64 - 1) + (2^64 - 1)(2^512 - 1) + (2^512 - 1) = 2^576 - 1.
 */
#define ADX_ROW(i, w0, w1, w2, w3, w4, w5, w6, w7)                                         \
    "movq 8*" #i "(%[a]), %%rdx\n\t" ADX_CLEAR_CARRIES "mulx (%[s]), %%rax, %%rcx\n\t"     \
    "adcx 8*" #i "(%[t]), %%" w0 "\n\tadox %%rax, %%" w0 "\n\t"                            \
    ADX_PRODUCT("s", 1, w1, "rcx", "rbp")                                                  \
    "mulx 16(%[s]), %%rax, %%rcx\n\tadox %%rbp, %%" w2 "\n\t"                              \
    "movq %%" w0 ", 8*" #i "(%[t])\n\tadcx %%rax, %%" w2 "\n\t"                            \
    "mulx 24(%[s]), %%rax, %%rbp\n\tadox %%rcx, %%" w3 "\n\t"                              \
    "adox %%rbp, %%" w4 "\n\tadcx %%rax, %%" w3 "\n\t"                                     \
    "mulx 32(%[s]), %%rax, %%rcx\n\tadcx %%rax, %%" w4 "\n\t"                              \
    ADX_PRODUCT("s", 5, w5, "rcx", "rbp") ADX_PRODUCT("s", 6, w6, "rbp", "rcx")            \
    ADX_LAST_PRODUCT("s", w7, w0)

/*
 * One row of a reduction: the lowest limb of the window is the quotient digit. N + 1 has a zero for
 * its lowest limb (and taking the digit itself away is what drops that limb of the window), so that
 * seven products are left.
 */
#define ADX_QUOTIENT_ROW(i, w0, w1, w2, w3, w4, w5, w6, w7)                                \
    "movq %%" w0 ", %%rdx\n\tmovq %%rdx, 8*" #i "(%[s])\n\t" ADX_CLEAR_CARRIES             \
    "mulx 8(%[n]), %%rax, %%rcx\n\tadcx %%rax, %%" w1 "\n\t"                               \
    ADX_PRODUCT("n", 2, w2, "rcx", "rbp") ADX_PRODUCT("n", 3, w3, "rbp", "rcx")            \
    ADX_PRODUCT("n", 4, w4, "rcx", "rbp") ADX_PRODUCT("n", 5, w5, "rbp", "rcx")            \
    ADX_PRODUCT("n", 6, w6, "rcx", "rbp")                                                  \
    "movq %%rbp, %%rcx\n\t" ADX_LAST_PRODUCT("n", w7, w0)

/* Eight rows, after which every register of the window has its first role again. */
#define ADX_EIGHT(ROW)                                               \
    ROW(0, "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15")     \
    ROW(1, "r9", "r10", "r11", "r12", "r13", "r14", "r15", "r8")     \
    ROW(2, "r10", "r11", "r12", "r13", "r14", "r15", "r8", "r9")     \
    ROW(3, "r11", "r12", "r13", "r14", "r15", "r8", "r9", "r10")     \
    ROW(4, "r12", "r13", "r14", "r15", "r8", "r9", "r10", "r11")     \
    ROW(5, "r13", "r14", "r15", "r8", "r9", "r10", "r11", "r12")     \
    ROW(6, "r14", "r15", "r8", "r9", "r10", "r11", "r12", "r13")     \
    ROW(7, "r15", "r8", "r9", "r10", "r11", "r12", "r13", "r14")

#define ADX_LOAD(from, at)                                                             \
    "movq " at "+0(%[" from "]), %%r8\n\tmovq " at "+8(%[" from "]), %%r9\n\t"         \
    "movq " at "+16(%[" from "]), %%r10\n\tmovq " at "+24(%[" from "]), %%r11\n\t"     \
    "movq " at "+32(%[" from "]), %%r12\n\tmovq " at "+40(%[" from "]), %%r13\n\t"     \
    "movq " at "+48(%[" from "]), %%r14\n\tmovq " at "+56(%[" from "]), %%r15\n\t"

#define ADX_STORE(to, at)                                                              \
    "movq %%r8, " at "+0(%[" to "])\n\tmovq %%r9, " at "+8(%[" to "])\n\t"             \
    "movq %%r10, " at "+16(%[" to "])\n\tmovq %%r11, " at "+24(%[" to "])\n\t"         \
    "movq %%r12, " at "+32(%[" to "])\n\tmovq %%r13, " at "+40(%[" to "])\n\t"         \
    "movq %%r14, " at "+48(%[" to "])\n\tmovq %%r15, " at "+56(%[" to "])\n\t"

#define ADX_REGISTERS \
    "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory"

#define ADX_SAVE_RBP "movq %%rbp, 128(%[s])\n\t"
#define ADX_RESTORE_RBP "movq 128(%[s]), %%rbp\n\t"

/*
 * t[0 .. 8 blocks) += a[0 .. 8 blocks) * digits + window; what is above them is the new window.
 * blocks >= 1.
 */
static inline void adx_rows(uint64_t *t, const uint64_t *a, adx_strip *s, unsigned blocks) {
    s->blocks = blocks;
    __asm__ volatile(ADX_SAVE_RBP ADX_LOAD("s", "64")
                     "1:\n\t" ADX_EIGHT(ADX_ROW)
                     "addq $64, %[a]\n\taddq $64, %[t]\n\t"
                     "decq 136(%[s])\n\tjnz 1b\n\t"
                     ADX_STORE("s", "64") ADX_RESTORE_RBP
                     : [t] "+D"(t), [a] "+S"(a)
                     : [s] "b"(s)
                     : ADX_REGISTERS);
}

/*
 * digits = the eight quotient digits that make t[0..7] + digits * N a multiple of 2^512, given the
 * lowest eight limbs of N + 1; window = that sum over 2^512, which is below 2^512.
 */
static inline void adx_quotient(adx_strip *s, const uint64_t *t, const uint64_t *n) {
    __asm__ volatile(ADX_SAVE_RBP ADX_LOAD("t", "0") ADX_EIGHT(ADX_QUOTIENT_ROW)
                     ADX_STORE("s", "64") ADX_RESTORE_RBP
                     :
                     : [t] "D"(t), [n] "S"(n), [s] "b"(s)
                     : ADX_REGISTERS);
}

#define ADX_CHAIN_STEP(OP, i)                                                    \
    "movq 8*" #i "(%[a]), %%rax\n\t" OP " 8*" #i "(%[b]), %%rax\n\t"             \
    "movq %%rax, 8*" #i "(%[r])\n\t"

#define ADX_CHAIN(OP)                                                            \
    ADX_CHAIN_STEP(OP, 0) ADX_CHAIN_STEP(OP, 1) ADX_CHAIN_STEP(OP, 2)            \
    ADX_CHAIN_STEP(OP, 3) ADX_CHAIN_STEP(OP, 4) ADX_CHAIN_STEP(OP, 5)            \
    ADX_CHAIN_STEP(OP, 6) ADX_CHAIN_STEP(OP, 7)

/* r = a + b + carry for 8 blocks limbs, the carry (0 or 1) returned. r may be a or b. */
static inline uint64_t adx_add(uint64_t *r, const uint64_t *a, const uint64_t *b,
                               unsigned blocks, uint64_t carry) {
    for (; blocks--; r += ADX_STRIP, a += ADX_STRIP, b += ADX_STRIP)
        __asm__ volatile("negq %[carry]\n\t" ADX_CHAIN("adcq")
                         "sbbq %[carry], %[carry]\n\tnegq %[carry]\n\t"
                         : [carry] "+r"(carry)
                         : [r] "r"(r), [a] "r"(a), [b] "r"(b)
                         : "rax", "cc", "memory");
    return carry;
}

/* r = a - b for 8 blocks limbs; returns 1 when it wrapped around. r may be a or b. */
static inline uint64_t adx_subtract(uint64_t *r, const uint64_t *a, const uint64_t *b,
                                    unsigned blocks) {
    uint64_t borrow = 0;
    for (; blocks--; r += ADX_STRIP, a += ADX_STRIP, b += ADX_STRIP)
        __asm__ volatile("negq %[borrow]\n\t" ADX_CHAIN("sbbq")
                         "sbbq %[borrow], %[borrow]\n\tnegq %[borrow]\n\t"
                         : [borrow] "+r"(borrow)
                         : [r] "r"(r), [a] "r"(a), [b] "r"(b)
                         : "rax", "cc", "memory");
    return borrow;
}

#endif
