/*
 * Rows of 64 x 64-bit products with mulx, whose sums run in two carry chains at once: adcx has CF,
 * adox has OF.
 *
 * This is assembly, because no compiler keeps two carry chains apart. It is written as whole
 * functions, because a row needs every register: rdi points to t, rsi to the other operand, rdx has
 * the limb that is multiplied, r8 to r15 are the window of sums, rax is 0, and rcx, rbx and rbp
 * take products. The eight digits are on the stack.
 */
#include "kernels/adx/adx.h"

#if SRP_X86_64

#include "kernels/adx/adx_rows.h"

/* Neither of the two compilers has the limit of 4095 characters that this warns of. */
#pragma GCC diagnostic ignored "-Woverlength-strings"
/* Parameters are in their registers, and have no name in the assembly. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* For debuggers and profilers, where the compiler describes its own frames. */
#ifdef __GCC_HAVE_DWARF2_CFI_ASM
#define ADX_CFI(directive) ".cfi_" directive "\n\t"
#else
#define ADX_CFI(directive)
#endif

#define ADX_PUSH(name) \
    "pushq %" name "\n\t" ADX_CFI("adjust_cfa_offset 8") ADX_CFI("rel_offset " name ", 0")
#define ADX_POP(name) "popq %" name "\n\t" ADX_CFI("adjust_cfa_offset -8") ADX_CFI("restore " name)

/* The frame: eight digits, the blocks that are still to do, and the carry. */
#define ADX_FRAME "80"
#define ADX_BLOCKS "64(%rsp)"
#define ADX_CARRY "72(%rsp)"

#define ADX_ENTER                                                                     \
    ADX_PUSH("rbx") ADX_PUSH("rbp") ADX_PUSH("r12") ADX_PUSH("r13") ADX_PUSH("r14")   \
    ADX_PUSH("r15") "subq $" ADX_FRAME ", %rsp\n\t" ADX_CFI("adjust_cfa_offset " ADX_FRAME)

#define ADX_LEAVE                                                                     \
    "addq $" ADX_FRAME ", %rsp\n\t" ADX_CFI("adjust_cfa_offset -" ADX_FRAME)          \
    ADX_POP("r15") ADX_POP("r14") ADX_POP("r13") ADX_POP("r12") ADX_POP("rbp")        \
    ADX_POP("rbx") "ret\n\t"

/* rax = 0, CF = OF = 0 */
#define ADX_CLEAR "xorl %eax, %eax\n\t"

/*
 * Columns 2 to 7, whose sums are w2 to w7: the high limb of product 1 is in rcx, and that of
 * product 7 goes into w0, the window's new top, with both carries. A search for the fastest code
 * found the order of the instructions, the chain for each half of a product, and the late place of
 * `store` (docs/kernels.md).
 */
#define ADX_COLUMNS(at, store, w0, w2, w3, w4, w5, w6, w7)                                  \
    "mulx 16(%" at "), %rbp, %rbx\n\tadcx %rcx, %" w2 "\n\tadcx %rbx, %" w3 "\n\t"         \
    "mulx 24(%" at "), %rcx, %rbx\n\tadox %rbp, %" w2 "\n\tadox %rcx, %" w3 "\n\t"         \
    "mulx 32(%" at "), %rbp, %rcx\n\tadcx %rbx, %" w4 "\n\tadox %rbp, %" w4 "\n\t"         \
    "mulx 40(%" at "), %rbx, %rbp\n\tadox %rcx, %" w5 "\n\tadcx %rbx, %" w5 "\n\t"         \
    "adcx %rbp, %" w6 "\n\tmulx 48(%" at "), %rcx, %rbx\n\t" store                         \
    "adox %rcx, %" w6 "\n\tadox %rbx, %" w7 "\n\t"                                         \
    "mulx 56(%" at "), %rbp, %" w0 "\n\tadcx %rbp, %" w7 "\n\t"                            \
    "adcx %rax, %" w0 "\n\tadox %rax, %" w0 "\n\t"

/*
 * t[i] += a[i] * digits + window. The lowest limb goes into memory. The others stay in the window,
 * whose lowest register becomes its highest. The sum fits in nine limbs, as
 * (2^64 - 1) + (2^64 - 1)(2^512 - 1) + (2^512 - 1) = 2^576 - 1.
 */
#define ADX_ROW(i, w0, w1, w2, w3, w4, w5, w6, w7)                                          \
    "movq 8*" #i "(%rsi), %rdx\n\t" ADX_CLEAR                                               \
    "mulx (%rsp), %rcx, %rbp\n\tadox 8*" #i "(%rdi), %" w0 "\n\tadcx %rcx, %" w0 "\n\t"    \
    "mulx 8(%rsp), %rbx, %rcx\n\tadox %rbp, %" w1 "\n\tadcx %rbx, %" w1 "\n\t"             \
    ADX_COLUMNS("rsp", "movq %" w0 ", 8*" #i "(%rdi)\n\t", w0, w2, w3, w4, w5, w6, w7)

/*
 * One row of a reduction. The lowest limb of the window is the quotient digit. Subtracting the
 * digit drops this limb. The lowest limb of N + 1 is 0, so seven products are left.
 */
#define ADX_QUOTIENT_ROW(i, w0, w1, w2, w3, w4, w5, w6, w7)                                 \
    "movq %" w0 ", %rdx\n\t" ADX_CLEAR "mulx 8(%rsi), %rbx, %rcx\n\tadcx %rbx, %" w1 "\n\t"  \
    ADX_COLUMNS("rsi", "movq %rdx, 8*" #i "(%rsp)\n\t", w0, w2, w3, w4, w5, w6, w7)

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

#define ADX_NEXT_BLOCK "addq $64, %rsi\n\taddq $64, %rdi\n\t"

/* All blocks of the rows; their digits are on the stack. */
#define ADX_BLOCK_LOOP \
    ".p2align 4\n1:\n\t" ADX_EIGHT(ADX_ROW) ADX_NEXT_BLOCK "decq " ADX_BLOCKS "\n\tjnz 1b\n\t"

/* t[0 .. 8) += window + carry; rax = the carry out */
#define ADX_ADD_WINDOW                                                                  \
    "negq " ADX_CARRY "\n\t"                                                            \
    "adcq %r8, (%rdi)\n\tadcq %r9, 8(%rdi)\n\tadcq %r10, 16(%rdi)\n\t"                  \
    "adcq %r11, 24(%rdi)\n\tadcq %r12, 32(%rdi)\n\tadcq %r13, 40(%rdi)\n\t"             \
    "adcq %r14, 48(%rdi)\n\tadcq %r15, 56(%rdi)\n\t"                                    \
    "movl $0, %eax\n\tadcl $0, %eax\n\t"

#define ADX_COPY_DIGIT(i) "movq 8*" #i "(%rdx), %rax\n\tmovq %rax, 8*" #i "(%rsp)\n\t"

ADX_ABI __attribute__((naked)) srp_digit adx_rows(srp_digit *t, const srp_digit *a,
                                                  const srp_digit *digits, size_t blocks,
                                                  srp_digit carry) {
    __asm__(ADX_ENTER "movq %rcx, " ADX_BLOCKS "\n\tmovq %r8, " ADX_CARRY "\n\t"
            ADX_COPY_DIGIT(0) ADX_COPY_DIGIT(1) ADX_COPY_DIGIT(2) ADX_COPY_DIGIT(3)
            ADX_COPY_DIGIT(4) ADX_COPY_DIGIT(5) ADX_COPY_DIGIT(6) ADX_COPY_DIGIT(7)
            "xorl %r8d, %r8d\n\txorl %r9d, %r9d\n\txorl %r10d, %r10d\n\txorl %r11d, %r11d\n\t"
            "xorl %r12d, %r12d\n\txorl %r13d, %r13d\n\txorl %r14d, %r14d\n\txorl %r15d, %r15d\n\t"
            ADX_BLOCK_LOOP ADX_ADD_WINDOW ADX_LEAVE);
}

ADX_ABI __attribute__((naked)) srp_digit adx_quotient_rows(srp_digit *t, const srp_digit *n,
                                                           size_t blocks, srp_digit carry) {
    __asm__(ADX_ENTER "movq %rdx, " ADX_BLOCKS "\n\tmovq %rcx, " ADX_CARRY "\n\t"
            "movq (%rdi), %r8\n\tmovq 8(%rdi), %r9\n\tmovq 16(%rdi), %r10\n\t"
            "movq 24(%rdi), %r11\n\tmovq 32(%rdi), %r12\n\tmovq 40(%rdi), %r13\n\t"
            "movq 48(%rdi), %r14\n\tmovq 56(%rdi), %r15\n\t"
            ADX_EIGHT(ADX_QUOTIENT_ROW) ADX_NEXT_BLOCK
            ADX_BLOCK_LOOP ADX_ADD_WINDOW ADX_LEAVE);
}

#endif
