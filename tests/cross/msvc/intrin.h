/* Microsoft's compiler has these without a declaration, and so does clang in its place. */
#if defined(_M_X64)
unsigned long long _umul128(unsigned long long a, unsigned long long b, unsigned long long *high);
#elif defined(_M_ARM64)
unsigned long long __umulh(unsigned long long a, unsigned long long b);
#endif
