/* SPDX-License-Identifier: Apache-2.0 */
#include "os/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of later kernels than the headers of the oldest system that this is built on. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

enum { ABI_REFER = 2, ABI_TRUNCATE = 3 };

static const uint64_t read_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

/* All rights of the first version but running programs, devices and symbolic links. */
static const uint64_t write_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
                                     LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK;

static const uint64_t denied_rights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                      LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                                      LANDLOCK_ACCESS_FS_MAKE_SYM;

/* Read by the C library (names, time zones, locales, its own parts), libuv and ZeroMQ. */
static const char *const readable[] = {"/etc", "/usr", "/lib", "/lib64", "/proc", "/sys", "/run"};

/* Sanitizers look at the process by the means of a debugger. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { IS_DUMPABLE = 1 };
#else
enum { IS_DUMPABLE = 0 };
#endif

enum err sandbox_process(void)
{
    static const struct rlimit none = {0, 0};
    int rc = setrlimit(RLIMIT_CORE, &none);

    rc |= prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    rc |= prctl(PR_SET_DUMPABLE, IS_DUMPABLE, 0, 0, 0);
    return rc == 0 ? ERR_OK : ERR_IO;
}

/* The C library has no functions for these calls. */
static int create_ruleset(const struct landlock_ruleset_attr *attributes, size_t size,
                          uint32_t flags)
{
    return (int)syscall(SYS_landlock_create_ruleset, attributes, size, flags);
}

static int restrict_self(int ruleset)
{
    return (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
}

/* Lets files below the folder @path be used by @rights. Returns 0, or -1 with errno set. */
static int allow(int ruleset, const char *path, uint64_t rights)
{
    struct landlock_path_beneath_attr below = {.allowed_access = rights};

    below.parent_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (below.parent_fd < 0) {
        return -1;
    }
    int rc = (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
    (void)close(below.parent_fd); /* a name only */
    return rc;
}

/* The rights that a kernel of version @abi can hold beyond write_rights and denied_rights. */
static uint64_t later_rights(int abi)
{
    uint64_t rights = 0;

    if (abi >= ABI_REFER) {
        rights |= LANDLOCK_ACCESS_FS_REFER;
    }
    if (abi >= ABI_TRUNCATE) {
        rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
    }
    return rights;
}

/* Adds a rule for each folder of @folders that there is. */
static int allow_all(int ruleset, const char *const *folders, size_t count, uint64_t rights)
{
    for (size_t i = 0; i < count; i++) {
        if (allow(ruleset, folders[i], rights) != 0 && errno != ENOENT) {
            return -1;
        }
    }
    return 0;
}

enum err sandbox_files(const char *const *writable, size_t count)
{
    int abi = create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    if (abi < 0) {
        return errno == ENOSYS || errno == EOPNOTSUPP ? ERR_ABSENT : ERR_IO;
    }
    uint64_t later = later_rights(abi);
    const struct landlock_ruleset_attr attributes = {.handled_access_fs =
                                                         write_rights | denied_rights | later};
    int ruleset = create_ruleset(&attributes, sizeof attributes, 0);
    if (ruleset < 0) {
        return ERR_IO;
    }
    int rc = allow_all(ruleset, writable, count, write_rights | later);
    if (rc == 0) {
        rc = allow_all(ruleset, readable, sizeof readable / sizeof *readable, read_rights);
    }
    if (rc == 0) {
        rc = restrict_self(ruleset);
    }
    (void)close(ruleset); /* in force without it */
    return rc == 0 ? ERR_OK : ERR_IO;
}

void sandbox_tell(const struct log *log, const char *part, enum err err)
{
    if (err == ERR_OK) {
        log_event(log, LOG_INFO, "sandboxed", log_text("part", part), LOG_END);
    } else {
        log_event(log, LOG_WARNING, "not_sandboxed", log_text("part", part), log_err(err), LOG_END);
    }
}
