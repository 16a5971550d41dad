/* Standard input, output and error. There are no other files: a run is granted none. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "../bindings.h"
#include "../internal.h"
#include "wasi.h"

int32_t SYSTEM(fd_write)(int32_t fd, int32_t pieces, int32_t count, int32_t written);
int32_t SYSTEM(fd_read)(int32_t fd, int32_t pieces, int32_t count, int32_t read);
int32_t SYSTEM(fd_fdstat_get)(int32_t fd, int32_t stat);
int32_t SYSTEM(fd_close)(int32_t fd);
int32_t SYSTEM(fd_seek)(int32_t fd, int64_t offset, int32_t whence, int32_t position);

/* What WASI's stream takes in one call. */
#define MOST 4096

static bool is_open[] = { true, true, true };

static bool is_stream(int32_t fd)
{
	return fd >= 0 && fd <= STDERR_FILENO && is_open[fd];
}

/* Standard output goes where events go, with one call however long it is. */
static int32_t write_output(const uint8_t *bytes, size_t size)
{
	guest_list_u8_t list = { (uint8_t *)bytes, size };
	eunomia_bpf_output_error_t error;

	if (eunomia_bpf_output_write(&list, &error))
		return __WASI_ERRNO_SUCCESS;
	bool closed = error.tag == EUNOMIA_BPF_OUTPUT_ERROR_CLOSED;
	/* The C library tells nobody who does not ask, and at the end there is nobody to ask. */
	if (!closed)
		eunomia_lose_output(eunomia_text(error.val.other));
	eunomia_bpf_output_error_free(&error);
	return closed ? __WASI_ERRNO_PIPE : __WASI_ERRNO_IO;
}

static int32_t write_error(const uint8_t *bytes, size_t size)
{
	static wasi_cli_stderr_own_output_stream_t stream;
	static bool is_there;

	if (!is_there) {
		stream = wasi_cli_stderr_get_stderr();
		is_there = true;
	}
	while (size > 0) {
		guest_list_u8_t piece = { (uint8_t *)bytes, size < MOST ? size : MOST };
		wasi_io_streams_stream_error_t error;

		if (!wasi_io_streams_method_output_stream_blocking_write_and_flush(
			    wasi_io_streams_borrow_output_stream(stream), &piece, &error)) {
			bool closed = error.tag == WASI_IO_STREAMS_STREAM_ERROR_CLOSED;
			wasi_io_streams_stream_error_free(&error);
			return closed ? __WASI_ERRNO_PIPE : __WASI_ERRNO_IO;
		}
		bytes += piece.len;
		size -= piece.len;
	}
	return __WASI_ERRNO_SUCCESS;
}

int32_t SYSTEM(fd_write)(int32_t fd, int32_t pieces, int32_t count, int32_t written)
{
	const __wasi_ciovec_t *piece = AT(const __wasi_ciovec_t, pieces);
	size_t total = 0;

	if (!is_stream(fd) || fd == STDIN_FILENO)
		return __WASI_ERRNO_BADF;
	for (int32_t i = 0; i < count; i++) {
		if (piece[i].buf_len == 0)
			continue;
		int32_t code = fd == STDOUT_FILENO ? write_output(piece[i].buf, piece[i].buf_len) :
						     write_error(piece[i].buf, piece[i].buf_len);
		if (code)
			return code;
		total += piece[i].buf_len;
	}
	*AT(size_t, written) = total;
	return __WASI_ERRNO_SUCCESS;
}

/* One piece a call: what has come is given back without waiting for more. */
int32_t SYSTEM(fd_read)(int32_t fd, int32_t pieces, int32_t count, int32_t read)
{
	static wasi_cli_stdin_own_input_stream_t stream;
	static bool is_there;
	const __wasi_iovec_t *piece = AT(const __wasi_iovec_t, pieces);
	wasi_io_streams_stream_error_t error;
	guest_list_u8_t bytes;

	if (!is_stream(fd) || fd != STDIN_FILENO)
		return __WASI_ERRNO_BADF;
	*AT(size_t, read) = 0;
	while (count > 0 && piece->buf_len == 0) {
		piece++;
		count--;
	}
	if (count <= 0)
		return __WASI_ERRNO_SUCCESS;
	if (!is_there) {
		stream = wasi_cli_stdin_get_stdin();
		is_there = true;
	}
	if (!wasi_io_streams_method_input_stream_blocking_read(wasi_io_streams_borrow_input_stream(stream), piece->buf_len,
							       &bytes, &error)) {
		bool ended = error.tag == WASI_IO_STREAMS_STREAM_ERROR_CLOSED;
		wasi_io_streams_stream_error_free(&error);
		return ended ? __WASI_ERRNO_SUCCESS : __WASI_ERRNO_IO;
	}
	memcpy(piece->buf, bytes.ptr, bytes.len);
	*AT(size_t, read) = bytes.len;
	guest_list_u8_free(&bytes);
	return __WASI_ERRNO_SUCCESS;
}

/* A terminal has each line written as it ends; everything else is written by the buffer. */
int32_t SYSTEM(fd_fdstat_get)(int32_t fd, int32_t stat)
{
	__wasi_fdstat_t *answer = AT(__wasi_fdstat_t, stat);

	if (!is_stream(fd))
		return __WASI_ERRNO_BADF;
	memset(answer, 0, sizeof(*answer));
	answer->fs_rights_base = fd == STDIN_FILENO ? __WASI_RIGHTS_FD_READ : __WASI_RIGHTS_FD_WRITE;
	answer->fs_filetype = __WASI_FILETYPE_UNKNOWN;
	if (fd == STDOUT_FILENO) {
		eunomia_bpf_session_output_options_t options;

		answer->fs_flags = __WASI_FDFLAGS_APPEND;
		eunomia_bpf_session_output(&options);
		if (options.width.is_some)
			answer->fs_filetype = __WASI_FILETYPE_CHARACTER_DEVICE;
	}
	return __WASI_ERRNO_SUCCESS;
}

int32_t SYSTEM(fd_close)(int32_t fd)
{
	if (!is_stream(fd))
		return __WASI_ERRNO_BADF;
	is_open[fd] = false;
	return __WASI_ERRNO_SUCCESS;
}

int32_t SYSTEM(fd_seek)(int32_t fd, int64_t offset, int32_t whence, int32_t position)
{
	(void)offset;
	(void)whence;
	(void)position;
	return is_stream(fd) ? __WASI_ERRNO_SPIPE : __WASI_ERRNO_BADF;
}
