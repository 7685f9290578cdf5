/* Microsoft's compiler has these without a declaration, and so does clang in its place. */
#if defined(_M_X64)
unsigned __int64 _umul128(unsigned __int64 a, unsigned __int64 b, unsigned __int64 *high);
#elif defined(_M_ARM64)
unsigned __int64 __umulh(unsigned __int64 a, unsigned __int64 b);
#endif
