// Tries, from inside, what a sandbox must not let through, and prints one line for each attempt: its name and what came of it, which is "done" or
// the name of the error. Nothing it tries would harm a machine that let it through: files are opened and not written, calls have arguments that
// the kernel refuses once it looks at them.
//
//   probe [PID NAME PORT]    with a process, an abstract socket and a port of the loopback interface of the machine outside
//
// gcc -O1 -static -o probe probe.c
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __NR_io_uring_setup
#define __NR_io_uring_setup 425
#endif

static void say(const char *name, long result)
{
    if (result >= 0) printf("%s done\n", name);
    else printf("%s %s\n", name, strerrorname_np(errno) ? strerrorname_np(errno) : "unknown");
}

static void say_text(const char *name, const char *text) { printf("%s %s\n", name, text); }

static void say_number(const char *name, long number) { printf("%s %ld\n", name, number); }

// Opens and closes; how it is opened is what is asked for.
static void say_open(const char *name, const char *path, int flags)
{
    int file = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    say(name, file);
    if (file >= 0) close(file);
}

static void say_read(const char *name, const char *path)
{
    char byte;
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) {
        say(name, file);
        return;
    }
    ssize_t length = read(file, &byte, 1);
    if (length == 0) say_text(name, "empty");
    else say(name, length);
    close(file);
}

// What a child makes of a call, so that this process stays what it is.
static void say_in_child(const char *name, long (*attempt)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        say(name, attempt());
        fflush(stdout);
        _exit(0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status)) say_text(name, "child-died");
}

static long mount_nothing(void) { return mount("none", "/", "no-such-file-system", 0, 0); }
static long mount_by_descriptor(void) { return syscall(SYS_fsopen, "no-such-file-system", 0); }
static long unmount_nothing(void) { return umount2("/proc/self", 0); }
static long new_user(void) { return unshare(CLONE_NEWUSER); }
static long new_mounts(void) { return unshare(CLONE_NEWNS); }
static long clone_user(void)
{
    long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    if (child == 0) _exit(0);
    return child;
}
static long join_parent(void)
{
    int space = open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC);
    return syscall(SYS_setns, space < 0 ? 0 : space, CLONE_NEWNS);
}
static long set_time(void) { return syscall(SYS_settimeofday, 1, 0); }

// A classical way out of a root that was only changed by chroot(2): how many levels up there is something else.
static long break_out(void)
{
    struct stat before, after;
    mkdir("/tmp", 0777);
    if (stat("/", &before) < 0 || chroot("/tmp") < 0) return -1;
    for (int i = 0; i < 64; i++)
        if (chdir("..") < 0) return -1;
    if (chroot(".") < 0 || stat("/", &after) < 0) return -1;
    errno = EXDEV; // still the same root
    return before.st_ino == after.st_ino && before.st_dev == after.st_dev ? -1 : 0;
}

static void kernel_doors(void)
{
    say_in_child("mount", mount_nothing);
    say_in_child("fsopen", mount_by_descriptor);
    say_in_child("umount", unmount_nothing);
    say_in_child("unshare-user", new_user);
    say_in_child("unshare-mount", new_mounts);
    say_in_child("clone-user", clone_user);
    say_in_child("setns", join_parent);
    say_in_child("settimeofday", set_time);
    say_in_child("chroot-escape", break_out);
    say("clone3", syscall(SYS_clone3, (void *)0, (size_t)0));
    say("pivot_root", syscall(SYS_pivot_root, (void *)1, (void *)1));
    say("finit_module", syscall(SYS_finit_module, -1, "", 0));
    say("init_module", syscall(SYS_init_module, (void *)1, 0L, (void *)1));
    say("delete_module", syscall(SYS_delete_module, (void *)1, O_NONBLOCK));
    say("kexec_load", syscall(SYS_kexec_load, 0L, 1000000L, (void *)1, 0L));
    say("swapon", syscall(SYS_swapon, (void *)1, 0));
    say("reboot", syscall(SYS_reboot, 1, 2, 3, (void *)0));
    say("keyctl", syscall(SYS_keyctl, 0, -3, 1));
    say("add_key", syscall(SYS_add_key, "user", "probe", "x", (size_t)1, 0));
    say("request_key", syscall(SYS_request_key, "user", "no-such-key", (void *)0, 0));
    say("bpf", syscall(SYS_bpf, 0x7fff, (void *)0, 0));
    say("perf_event_open", syscall(SYS_perf_event_open, (void *)0, 0, -1, -1, 0L));
    say("userfaultfd", syscall(SYS_userfaultfd, 1 | 0x10000));
    say("io_uring_setup", syscall(__NR_io_uring_setup, 8, (void *)0));
    say("open_by_handle_at", syscall(SYS_open_by_handle_at, -1, (void *)0, O_RDONLY));
    say("socket-alg", socket(38, SOCK_SEQPACKET, 0));
    say("socket-vsock", socket(40, SOCK_STREAM, 0));
}

#ifdef __x86_64__
static sigjmp_buf resume;

static void on_fault(int signal) { siglongjmp(resume, signal); }

// The kernel's older gate, which numbers its calls differently.
static void say_gate(const char *name, long number, long a, long b, long c)
{
    signal(SIGSEGV, on_fault);
    if (sigsetjmp(resume, 1) == 0) {
        long result;
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(0), "D"(0) : "memory", "r8", "r9", "r10", "r11");
        errno = (int)-result;
        say(name, result);
    } else {
        say_text(name, "no-gate");
    }
    signal(SIGSEGV, SIG_DFL);
}
#endif

static void other_doors(void)
{
#ifdef __x86_64__
    say_gate("i386-getpid", 20, 0, 0, 0);
    say_gate("i386-keyctl", 288, 0, -3, 1);
    say_gate("i386-mount", 21, 0, 0, 0);
    say_gate("i386-unshare-user", 310, 0x10000000, 0, 0);
    say_gate("i386-bpf", 357, 0x7fff, 0, 0);
    say_gate("i386-socket-alg", 359, 38, 5, 0);
    say("x32-getpid", syscall(0x40000000 | SYS_getpid));
    say("x32-keyctl", syscall(0x40000000 | SYS_keyctl, 0, -3, 1));
#endif
    say("unknown-call", syscall(1000));
}

static void files(void)
{
    say_open("write-sysctl", "/proc/sys/kernel/domainname", O_WRONLY);
    say_open("write-core-pattern", "/proc/sys/kernel/core_pattern", O_WRONLY);
    say_open("write-sysrq-trigger", "/proc/sysrq-trigger", O_WRONLY);
    say_open("write-irq", "/proc/irq/default_smp_affinity", O_WRONLY);
    say_open("write-sys", "/sys/kernel/mm/transparent_hugepage/enabled", O_WRONLY);
    say_open("write-uevent-helper", "/sys/kernel/uevent_seqnum", O_WRONLY);
    say("make-in-sys", mkdir("/sys/fs/cgroup/probe", 0755));
    rmdir("/sys/fs/cgroup/probe");
    say_read("read-kcore", "/proc/kcore");
    say_read("read-keys", "/proc/keys");
    say_read("read-interrupts", "/proc/interrupts");
    say_read("read-timer-list", "/proc/timer_list");
    say_read("read-kmsg", "/dev/kmsg");
    say_open("open-mem", "/dev/mem", O_RDONLY);
    say_open("open-fuse", "/dev/fuse", O_RDWR);
    say_open("open-console-of-machine", "/dev/tty0", O_RDWR);
    unlink("/tmp/probe-disk");
    mkdir("/tmp", 0777);
    say("make-block-device", mknod("/tmp/probe-disk", S_IFBLK | 0600, makedev(254, 0)));
    say_open("open-block-device", "/tmp/probe-disk", O_RDONLY);
    unlink("/tmp/probe-disk");
}

static long entries(const char *path, int only_numbers)
{
    DIR *directory = opendir(path);
    if (!directory) return -1;
    long count = 0;
    for (struct dirent *entry; (entry = readdir(directory));)
        if (entry->d_name[0] != '.' && (!only_numbers || atoi(entry->d_name) > 0)) count++;
    closedir(directory);
    return count;
}

static void block_devices(void)
{
    DIR *directory = opendir("/dev");
    long count = 0;
    struct stat status;
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        if (fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISBLK(status.st_mode)) count++;
    if (directory) closedir(directory);
    say_text("block-devices-in-dev", count > 0 ? "some" : "none");
}

// Descriptors above the standard ones that were there before this program opened any.
static void descriptors(void)
{
    long count = 0;
    for (int i = 3; i < 1024; i++)
        if (fcntl(i, F_GETFD) >= 0) count++;
    say_number("leaked-descriptors", count);
}

static void terminal(void)
{
    for (int i = 0; i <= 2; i++) {
        if (!isatty(i)) continue;
        say("type-into-terminal", ioctl(i, TIOCSTI, " "));
        break;
    }
    say_open("controlling-terminal", "/dev/tty", O_RDWR);
}

static long trace(pid_t pid)
{
    long result = ptrace(PTRACE_SEIZE, pid, 0, 0);
    if (result == 0) {
        ptrace(PTRACE_INTERRUPT, pid, 0, 0);
        waitpid(pid, 0, __WALL);
        ptrace(PTRACE_DETACH, pid, 0, 0);
    }
    return result;
}

static void outside(pid_t pid, const char *name, int port)
{
    char path[64];
    say("signal-outsider", kill(pid, 0));
    say("trace-outsider", trace(pid));
    snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
    say_open("see-outsider", path, O_RDONLY);
    struct sockaddr_un local = { .sun_family = AF_UNIX };
    size_t length = strlen(name);
    memcpy(local.sun_path + 1, name, length);
    int stream = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    say("abstract-socket", connect(stream, (struct sockaddr *)&local, offsetof(struct sockaddr_un, sun_path) + 1 + length));
    close(stream);
    struct sockaddr_in loopback = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    stream = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    say("loopback", connect(stream, (struct sockaddr *)&loopback, sizeof loopback));
    close(stream);
}

int main(int count, char **arguments)
{
    descriptors();
    say_number("processes", entries("/proc", 1));
    terminal();
    block_devices();
    kernel_doors();
    other_doors();
    files();
    if (count > 3) outside(atoi(arguments[1]), arguments[2], atoi(arguments[3]));
    return 0;
}
