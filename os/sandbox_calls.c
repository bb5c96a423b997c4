/* SPDX-License-Identifier: Apache-2.0 */
/* The system calls of a daemon at work: a part of what systemd's @system-service allows without
 * @privileged @resources @mount @debug @swap @reboot @module @raw-io @clock @obsolete
 * @cpu-emulation (tests/sandbox.py compares), and without what the daemons never do: running
 * programs, changing who they are, other processes' memory, keys of the kernel, io_uring. */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#include "os/sandbox.h"

/* By purpose. A name that the machine's architecture lacks is skipped. */
static const char *const calls[] = {
    /* files */
    "access", "chdir", "chmod", "close", "close_range", "copy_file_range", "creat", "dup", "dup2",
    "dup3", "faccessat", "faccessat2", "fadvise64", "fadvise64_64", "fallocate", "fchdir", "fchmod",
    "fchmodat", "fchmodat2", "fcntl", "fcntl64", "fdatasync", "flock", "fstat", "fstat64",
    "fstatat64", "fstatfs", "fstatfs64", "fsync", "ftruncate", "ftruncate64", "getcwd", "getdents",
    "getdents64", "inotify_add_watch", "inotify_init1", "inotify_rm_watch", "ioctl", "link",
    "linkat", "_llseek", "lseek", "lstat", "lstat64", "mkdir", "mkdirat", "newfstatat", "open",
    "openat", "openat2", "pipe", "pipe2", "pread64", "preadv", "pwrite64", "pwritev", "read",
    "readahead", "readlink", "readlinkat", "readv", "rename", "renameat", "renameat2", "rmdir",
    "sendfile", "sendfile64", "stat", "stat64", "statfs", "statfs64", "statx", "sync_file_range",
    "truncate", "truncate64", "umask", "unlink", "unlinkat", "utimensat", "write", "writev",
    /* the network, and waiting */
    "accept", "accept4", "bind", "connect", "epoll_create", "epoll_create1", "epoll_ctl",
    "epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd", "eventfd2", "getpeername",
    "getsockname", "getsockopt", "listen", "_newselect", "poll", "ppoll", "ppoll_time64",
    "pselect6", "pselect6_time64", "recv", "recvfrom", "recvmmsg", "recvmsg", "select", "send",
    "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown", "signalfd4", "timerfd_create",
    "timerfd_gettime", "timerfd_settime",
    /* memory */
    "brk", "get_mempolicy", "madvise", "membarrier", "mlock", "mlock2", "mremap", "msync",
    "munlock", "munmap",
    /* threads and signals; the process itself */
    "arch_prctl", "clone", "clone3", "exit", "exit_group", "futex", "futex_time64",
    "get_robust_list", "getcpu", "getegid", "geteuid", "getgid", "getgroups", "getpgrp", "getpid",
    "getppid", "getpriority", "getresgid", "getresuid", "getrlimit", "getrusage", "getsid",
    "gettid", "getuid", "prctl", "restart_syscall", "rseq", "rt_sigaction", "rt_sigpending",
    "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait",
    "rt_tgsigqueueinfo", "sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity",
    "sched_getattr", "sched_getparam", "sched_getscheduler", "sched_yield", "set_robust_list",
    "set_tid_address", "sigaltstack", "sigreturn", "tgkill", "ugetrlimit", "wait4", "waitid",
    /* time */
    "clock_getres", "clock_getres_time64", "clock_gettime", "clock_gettime64", "clock_nanosleep",
    "clock_nanosleep_time64", "getitimer", "gettimeofday", "nanosleep", "time", "times",
    /* the rest */
    "getrandom", "sysinfo", "uname",
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    "ptrace", "mmap", "mprotect", "prlimit64", "kill", "personality", /* the sanitizers' own */
#endif
};

static int allow_names(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        int number = seccomp_syscall_resolve_name(calls[i]);

        if (number == __NR_SCMP_ERROR) {
            continue;
        }
        int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
        if (rc != 0 && rc != -EDOM) { /* -EDOM: not of this architecture */
            return rc;
        }
    }
    return 0;
}

/* @call is let through where its argument @argument, of which the bits of @mask count, is @value.
 */
struct condition {
    int call;
    unsigned argument;
    scmp_datum_t mask;
    scmp_datum_t value;
};

/* The bits that count: of an int, which the upper half of a register says nothing of, or all. */
static const scmp_datum_t low = UINT32_MAX;
static const scmp_datum_t all = UINT64_MAX;

static int allow_where(scmp_filter_ctx filter, const struct condition *conditions, size_t count)
{
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        const struct scmp_arg_cmp comparison = {
            .arg = conditions[i].argument,
            .op = SCMP_CMP_MASKED_EQ,
            .datum_a = conditions[i].mask,
            .datum_b = conditions[i].value,
        };

        rc = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, conditions[i].call, 1, &comparison);
    }
    return rc;
}

/* Sockets of the Internet, local ones, and the kernel's list of interfaces. Whoever asks for
 * another family takes it for one that is not there. */
static int allow_sockets(scmp_filter_ctx filter)
{
    const struct condition conditions[] = {
        {SCMP_SYS(socketpair), 0, low, AF_UNIX}, {SCMP_SYS(socket), 0, low, AF_UNIX},
        {SCMP_SYS(socket), 0, low, AF_INET},     {SCMP_SYS(socket), 0, low, AF_INET6},
        {SCMP_SYS(socket), 0, low, AF_NETLINK},
    };
    const struct scmp_arg_cmp others = {
        .arg = 0, .op = SCMP_CMP_GT, .datum_a = AF_NETLINK, .datum_b = 0};
    int rc = allow_where(filter, conditions, sizeof conditions / sizeof *conditions);

    return rc != 0 ? rc
                   : seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket),
                                            1, &others);
}

/* Memory that is written or run, never both; and no limit is changed. */
static int allow_memory(scmp_filter_ctx filter)
{
    const struct condition conditions[] = {
        {SCMP_SYS(mmap), 2, PROT_EXEC, 0},
        {SCMP_SYS(mmap), 2, PROT_WRITE | PROT_EXEC, PROT_EXEC},
        {SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
        {SCMP_SYS(prlimit64), 2, all, 0},
    };

    return allow_where(filter, conditions, sizeof conditions / sizeof *conditions);
}

/* Two calls beyond systemd's groups, which the units add, too. Each thread of ZeroMQ sets the
 * policy that it has, and aborts if it may not. adjtimex (os/clock.h) only reads here: that it sets
 * nothing a filter cannot see, but setting takes a privilege that nobody gives us; the C library
 * uses either call for it. */
static int allow_more(scmp_filter_ctx filter)
{
    const struct condition conditions[] = {
        {SCMP_SYS(sched_setscheduler), 1, low, SCHED_OTHER},
        {SCMP_SYS(adjtimex), 0, 0, 0},
        {SCMP_SYS(clock_adjtime), 0, low, CLOCK_REALTIME},
    };

    return allow_where(filter, conditions, sizeof conditions / sizeof *conditions);
}

static int build(scmp_filter_ctx filter)
{
    int rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);

    if (rc == 0) { /* a search tree: a call passes some nine comparisons instead of 200 */
        rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    }
    if (rc == 0) {
        rc = allow_names(filter);
    }
    if (rc == 0) {
        rc = allow_sockets(filter);
    }
    if (rc == 0) {
        rc = allow_memory(filter);
    }
    return rc == 0 ? allow_more(filter) : rc;
}

enum err sandbox_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));

    if (filter == NULL) {
        return ERR_IO;
    }
    int rc = build(filter);
    if (rc == 0) {
        rc = seccomp_load(filter);
    }
    seccomp_release(filter);
    if (rc == 0) {
        return ERR_OK;
    }
    return rc == -ENOSYS || rc == -EINVAL || rc == -EOPNOTSUPP ? ERR_ABSENT : ERR_IO;
}
