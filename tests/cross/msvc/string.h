/* What the C files call, declared as Microsoft's headers do. */
#include <stddef.h>
void *memcpy(void *target, const void *source, size_t size);
void *memset(void *target, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
