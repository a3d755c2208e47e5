#include "sieve.h"

#include <stdlib.h>

unsigned char *sieve(size_t count)
{
    unsigned char *composite = calloc(count + 1, 1);
    if (composite == NULL)
        return NULL;
    for (size_t i = 2; i * i <= count; i++)
        if (!composite[i])
            for (size_t multiple = i * i; multiple <= count; multiple += i)
                composite[multiple] = 1;
    return composite;
}
