#define BCRYPT_USE_SYSTEM_PREFERRED_RNG 2
long __stdcall BCryptGenRandom(void *algorithm, unsigned char *out, ULONG size, ULONG flags);
