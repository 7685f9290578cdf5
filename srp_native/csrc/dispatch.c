/*
 * Which kernels there are: the only file that knows more than one, and the only one that may ask
 * the CPU what it can do. The caller picks a kernel once and passes it to every call. Which SHA-256
 * and base64 run here is remembered: asking the CPU takes longer than either of them, and in a
 * virtual machine much longer.
 */
#include "internal.h"
#include "kernels/adx/adx.h"
#include "kernels/avx2/avx2.h"
#include "kernels/avx512ifma/avx512ifma.h"
#include "kernels/portable/portable.h"

static int always(void) { return 1; }

static const base64_runs portable_runs = {base64_encode_portable, base64_decode_portable};

#if SRP_X86_64

#include <cpuid.h>

#define LEAF_1_ECX_SSSE3 (1u << 9)
#define LEAF_1_ECX_SSE41 (1u << 19)
#define LEAF_7_EBX_SHA (1u << 29)

static const base64_runs ssse3_runs = {base64_encode_ssse3, base64_decode_ssse3};

/* SSE registers need no XCR0: every 64-bit operating system keeps them. */
static int cpu_has_sse(unsigned leaf_1_ecx, unsigned leaf_7_ebx) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & leaf_1_ecx) != leaf_1_ecx) return 0;
    if (!leaf_7_ebx) return 1;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & leaf_7_ebx) == leaf_7_ebx;
}

sha256_compress *srp_sha256_compress(void) {
    static sha256_compress *found;
    sha256_compress *compress = __atomic_load_n(&found, __ATOMIC_RELAXED);
    if (!compress) {
        int has = cpu_has_sse(LEAF_1_ECX_SSSE3 | LEAF_1_ECX_SSE41, LEAF_7_EBX_SHA);
        compress = has ? sha256_shani : sha256_portable;
        __atomic_store_n(&found, compress, __ATOMIC_RELAXED);
    }
    return compress;
}

const base64_runs *srp_base64_runs(void) {
    static const base64_runs *found;
    const base64_runs *runs = __atomic_load_n(&found, __ATOMIC_RELAXED);
    if (!runs) {
        runs = cpu_has_sse(LEAF_1_ECX_SSSE3, 0) ? &ssse3_runs : &portable_runs;
        __atomic_store_n(&found, runs, __ATOMIC_RELAXED);
    }
    return runs;
}

#else
sha256_compress *srp_sha256_compress(void) { return sha256_portable; }
const base64_runs *srp_base64_runs(void) { return &portable_runs; }
#endif

#if SRP_X86_64

/* Bits of the CPU's answers: Intel's manual, volume 2, CPUID; volume 1, section 13.3 for XCR0. */
#define LEAF_1_ECX_FMA (1u << 12)
#define LEAF_1_ECX_OSXSAVE (1u << 27)
#define LEAF_7_EBX_AVX2 (1u << 5)
#define LEAF_7_EBX_BMI2 (1u << 8)
#define LEAF_7_EBX_AVX512F (1u << 16)
#define LEAF_7_EBX_ADX (1u << 19)
#define LEAF_7_EBX_AVX512IFMA (1u << 21)
#define XCR0_SSE_AVX 0x6u
#define XCR0_SSE_AVX_AVX512 0xE6u /* xmm, ymm, opmask, upper halves of zmm0-15, zmm16-31 */

/* The instructions, and an operating system that keeps the registers across task switches. */
static int cpu_has(unsigned leaf_1_ecx, unsigned leaf_7_ebx, unsigned xcr0) {
    unsigned a, b, c, d, state, high;
    leaf_1_ecx |= LEAF_1_ECX_OSXSAVE;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & leaf_1_ecx) != leaf_1_ecx) return 0;
    __asm__("xgetbv" : "=a"(state), "=d"(high) : "c"(0));
    if ((state & xcr0) != xcr0 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    return (b & leaf_7_ebx) == leaf_7_ebx;
}

/* AVX2 is for adx_select.c: every CPU with ADX has it, not every virtual machine. */
static int adx_runs_here(void) {
    return cpu_has(0, LEAF_7_EBX_AVX2 | LEAF_7_EBX_BMI2 | LEAF_7_EBX_ADX, XCR0_SSE_AVX);
}

#endif

#if defined(SRP_PLAIN_LANES)
#define avx512ifma_runs_here always
#elif defined(SRP_HAVE_LANES)
static int avx512ifma_runs_here(void) {
    return cpu_has(0, LEAF_7_EBX_AVX512F | LEAF_7_EBX_AVX512IFMA, XCR0_SSE_AVX_AVX512);
}
#endif

#if defined(SRP_PLAIN_LANES)
#define avx2_runs_here always
#elif defined(SRP_HAVE_FMA_LANES)
static int avx2_runs_here(void) {
    return cpu_has(LEAF_1_ECX_FMA, LEAF_7_EBX_AVX2, XCR0_SSE_AVX);
}
#endif

static const struct srp_kernel kernels[] = {
#if defined(SRP_HAVE_LANES)
    {"avx512ifma", avx512ifma_runs_here, avx512ifma_pow_g, avx512ifma_powmod,
     SRP_52_DIGITS * SRP_52_BITS, avx512ifma_product_start, avx512ifma_product_add,
     avx512ifma_product_finish},
#endif
#if defined(SRP_HAVE_FMA_LANES)
    {"avx2", avx2_runs_here, avx2_pow_g, avx2_powmod, SRP_52_DIGITS * SRP_52_BITS,
     avx2_product_start, avx2_product_add, avx2_product_finish},
#endif
#if SRP_X86_64
    {"adx", adx_runs_here, adx_pow_g, adx_powmod, SRP_ADX_LIMBS * 64, adx_product_start,
     adx_product_add, adx_product_finish},
#endif
    {"portable", always, portable_pow_g, portable_powmod, SRP_DIGITS * SRP_DIGIT_BITS,
     portable_product_start, portable_product_add, portable_product_finish},
};

#if defined(SRP_HAVE_FMA_LANES)
const srp_kernel *srp_scalar_kernel(void) {
    static const srp_kernel *found;
    const srp_kernel *kernel = __atomic_load_n(&found, __ATOMIC_RELAXED);
    if (!kernel) {
        kernel = &kernels[sizeof kernels / sizeof kernels[0] - 1];
#if SRP_X86_64
        if (adx_runs_here()) kernel--;
#endif
        __atomic_store_n(&found, kernel, __ATOMIC_RELAXED);
    }
    return kernel;
}
#endif

const srp_kernel *srp_kernel_at(size_t index) {
    return index < sizeof kernels / sizeof kernels[0] ? &kernels[index] : NULL;
}

const char *srp_kernel_name(const srp_kernel *kernel) { return kernel->name; }

int srp_kernel_runs_here(const srp_kernel *kernel) { return kernel->runs_here(); }
