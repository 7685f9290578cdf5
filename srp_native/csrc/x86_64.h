/*
 * SRP_X86_64 is 1 if the compiler builds for 64-bit x86 and knows three things: GCC's inline
 * assembly, its attribute `target`, and the intrinsics up to AVX-512 IFMA. That is GCC from version
 * 7 on, and clang where it follows GCC. MSVC has no such attribute. x32 has 32-bit pointers, which
 * the assembly does not expect.
 */
#ifndef SRP_X86_64_H
#define SRP_X86_64_H

#if defined(__x86_64__) && !defined(__ILP32__) && defined(__GNUC__) && \
    (defined(__clang__) || __GNUC__ >= 7)
#define SRP_X86_64 1

/*
 * Functions between SRP_TARGET_BEGIN("avx2,fma") and SRP_TARGET_END may use these instructions. The
 * rest of the library may not, because it must run on every CPU.
 */
#define SRP_PRAGMA_OF(text) _Pragma(#text)
#define SRP_PRAGMA(text) SRP_PRAGMA_OF(text)
#if defined(__clang__)
#define SRP_TARGET_BEGIN(features)                                      \
    SRP_PRAGMA(clang attribute push(__attribute__((target(features))), \
                                    apply_to = function))
#define SRP_TARGET_END SRP_PRAGMA(clang attribute pop)
#else
#define SRP_TARGET_BEGIN(features) SRP_PRAGMA(GCC push_options) SRP_PRAGMA(GCC target(features))
#define SRP_TARGET_END SRP_PRAGMA(GCC pop_options)
#endif
#else
#define SRP_X86_64 0
#endif

#endif
