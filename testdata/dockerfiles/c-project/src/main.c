#include "sieve.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    size_t limit = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    unsigned char *composite = sieve(limit);
    if (composite == NULL)
        return 1;
    for (size_t i = 2; i <= limit; i++)
        if (!composite[i])
            printf("%zu\n", i);
    free(composite);
    return 0;
}
