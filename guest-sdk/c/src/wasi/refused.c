/*
 * What the C library can ask of a system and a run is not granted: files, folders and sockets. Answered here, a program that
 * has such a call in it asks the host for nothing, and gets the error that a sandbox without files gives.
 */
#include "wasi.h"

#define REFUSE(name, answer, ...)           \
	int32_t SYSTEM(name)(__VA_ARGS__);  \
	int32_t SYSTEM(name)(__VA_ARGS__)   \
	{                                   \
		return __WASI_ERRNO_##answer; \
	}

#pragma clang diagnostic ignored "-Wunused-parameter"

/* The folders that a run may use begin at descriptor 3: there is none. */
REFUSE(fd_prestat_get, BADF, int32_t fd, int32_t stat)
REFUSE(fd_prestat_dir_name, BADF, int32_t fd, int32_t path, int32_t size)

REFUSE(fd_advise, BADF, int32_t fd, int64_t offset, int64_t size, int32_t advice)
REFUSE(fd_allocate, BADF, int32_t fd, int64_t offset, int64_t size)
REFUSE(fd_datasync, BADF, int32_t fd)
REFUSE(fd_fdstat_set_flags, BADF, int32_t fd, int32_t flags)
REFUSE(fd_fdstat_set_rights, BADF, int32_t fd, int64_t base, int64_t inheriting)
REFUSE(fd_filestat_get, BADF, int32_t fd, int32_t stat)
REFUSE(fd_filestat_set_size, BADF, int32_t fd, int64_t size)
REFUSE(fd_filestat_set_times, BADF, int32_t fd, int64_t access, int64_t change, int32_t flags)
REFUSE(fd_pread, BADF, int32_t fd, int32_t pieces, int32_t count, int64_t offset, int32_t read)
REFUSE(fd_pwrite, BADF, int32_t fd, int32_t pieces, int32_t count, int64_t offset, int32_t written)
REFUSE(fd_readdir, BADF, int32_t fd, int32_t place, int32_t size, int64_t cookie, int32_t used)
REFUSE(fd_renumber, BADF, int32_t from, int32_t to)
REFUSE(fd_sync, BADF, int32_t fd)
REFUSE(fd_tell, SPIPE, int32_t fd, int32_t position)

REFUSE(path_create_directory, NOTCAPABLE, int32_t fd, int32_t path, int32_t size)
REFUSE(path_filestat_get, NOTCAPABLE, int32_t fd, int32_t flags, int32_t path, int32_t size, int32_t stat)
REFUSE(path_filestat_set_times, NOTCAPABLE, int32_t fd, int32_t flags, int32_t path, int32_t size, int64_t access, int64_t change,
       int32_t which)
REFUSE(path_link, NOTCAPABLE, int32_t fd, int32_t flags, int32_t path, int32_t size, int32_t new_fd, int32_t new_path,
       int32_t new_size)
REFUSE(path_open, NOTCAPABLE, int32_t fd, int32_t lookup, int32_t path, int32_t size, int32_t flags, int64_t base,
       int64_t inheriting, int32_t fdflags, int32_t opened)
REFUSE(path_readlink, NOTCAPABLE, int32_t fd, int32_t path, int32_t size, int32_t place, int32_t length, int32_t used)
REFUSE(path_remove_directory, NOTCAPABLE, int32_t fd, int32_t path, int32_t size)
REFUSE(path_rename, NOTCAPABLE, int32_t fd, int32_t path, int32_t size, int32_t new_fd, int32_t new_path, int32_t new_size)
REFUSE(path_symlink, NOTCAPABLE, int32_t target, int32_t length, int32_t fd, int32_t path, int32_t size)
REFUSE(path_unlink_file, NOTCAPABLE, int32_t fd, int32_t path, int32_t size)

REFUSE(sock_accept, BADF, int32_t fd, int32_t flags, int32_t accepted)
REFUSE(sock_recv, BADF, int32_t fd, int32_t pieces, int32_t count, int32_t flags, int32_t size, int32_t answer)
REFUSE(sock_send, BADF, int32_t fd, int32_t pieces, int32_t count, int32_t flags, int32_t size)
REFUSE(sock_shutdown, BADF, int32_t fd, int32_t how)
