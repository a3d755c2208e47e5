// Plays the image's dynamic loader. When the container's program is a script for "/proc/self/exe", the kernel starts the engine's own file inside the
// container, and this, being what the file asks for as its loader, runs with a way to that file in /proc/self/exe. It tries to change it.
//
// Without a C library: a loader finds nothing set up.
// gcc -O1 -static -nostdlib -ffreestanding -fno-stack-protector -o loader engine.c
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static long call(long number, long a, long b, long c)
{
#ifdef __x86_64__
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
#else
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
#endif
}

static void print(const char *name, long result)
{
    char line[64];
    int length = 0;
    while (*name) line[length++] = *name++;
    line[length++] = ' ';
    if (result < 0) {
        line[length++] = '-';
        result = -result;
    }
    if (result > 99) result = 99;
    if (result > 9) line[length++] = '0' + result / 10;
    line[length++] = '0' + result % 10;
    line[length++] = '\n';
    call(SYS_write, 1, (long)line, length);
}

void _start(void)
{
    long file = call(SYS_openat, AT_FDCWD, (long)"/proc/self/exe", O_RDONLY);
    print("open", file < 0 ? file : 0);
    // A running file can't be opened for writing anyway; that it can't be given another mode shows that the mount keeps it.
    print("chmod", call(SYS_fchmod, file, 0755, 0));
    print("write", call(SYS_write, file, (long)"x", 1));
    call(SYS_exit_group, 0, 0, 0);
}
