/* SPDX-License-Identifier: MIT
 * input.c -- bytes of files, gzipped or not, and their digests. */
#include "traces/dataset/input.h"

#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#include "tests/test.h"

enum { SIZE = 1 << 20 };

/* Something that packs to about half. */
static unsigned char *some_bytes(void)
{
    unsigned char *bytes = malloc(SIZE);
    uint32_t x = 1;

    for (int i = 0; i < SIZE; i++) {
        x = x * 1664525 + 1013904223;
        bytes[i] = (unsigned char)((x >> 24) & 15);
    }
    return bytes;
}

static size_t pack(const void *bytes, size_t size, unsigned char *out, size_t capacity)
{
    z_stream stream = {0};

    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    stream.next_in = (unsigned char *)bytes;
    stream.avail_in = (uInt)size;
    stream.next_out = out;
    stream.avail_out = (uInt)capacity;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return capacity - stream.avail_out;
}

/* Reads all in steps of `step`; the bytes must be `expected`. */
static void assert_reads(struct input *input, const unsigned char *expected, int64_t size,
                         int64_t step)
{
    unsigned char *got = malloc((size_t)(size + step));
    int64_t have = 0, more;
    struct err err = {0};

    while ((more = input_read(input, got + have, step, &err)) == step && have + more <= size)
        have += more;
    if (more < 0)
        fail_msg("%s", err.text);
    have += more;
    assert_int_equal(have, size);
    assert_memory_equal(got, expected, (size_t)size);
    assert_int_equal(input_offset(input), size);
    free(got);
}

static void plain_bytes_come_in_any_steps(void **state)
{
    static const int64_t steps[] = {1000, 4096, 300001, SIZE, SIZE + 1};
    unsigned char *bytes = some_bytes();

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct input *input = input_of_memory("x", bytes, SIZE);

        assert_reads(input, bytes, SIZE, steps[i]);
        input_free(input);
    }
    free(bytes);
}

static void gzipped_bytes_come_unpacked(void **state)
{
    static const int64_t steps[] = {1000, 4096, 300001, SIZE, SIZE + 1};
    unsigned char *bytes = some_bytes(), *packed = malloc(2 * SIZE);
    size_t size = pack(bytes, SIZE, packed, 2 * SIZE);

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct input *input = input_of_memory("x", packed, size);

        assert_reads(input, bytes, SIZE, steps[i]);
        assert_int_equal(input_file_bytes(input), size);
        assert_true(input_most_bytes(input) >= SIZE);
        input_free(input);
    }
    free(packed);
    free(bytes);
}

static void gzip_members_behind_one_another_are_one_file(void **state)
{
    unsigned char packed[256];
    size_t size = pack("one,", 4, packed, sizeof packed);
    struct input *input;

    (void)state;
    size += pack("", 0, packed + size, sizeof packed - size);
    size += pack("two", 3, packed + size, sizeof packed - size);
    input = input_of_memory("x", packed, size);
    assert_reads(input, (const unsigned char *)"one,two", 7, 100);
    input_free(input);
}

static void assert_fails(const void *bytes, size_t size, const char *message)
{
    struct input *input = input_of_memory("x", bytes, size);
    unsigned char got[512];
    struct err err = {0};

    assert_int_equal(input_read(input, got, sizeof got, &err), -1);
    if (!strstr(err.text, message))
        fail_msg("'%s' does not say '%s'", err.text, message);
    input_free(input);
}

static void a_truncated_gzip_file_is_refused(void **state)
{
    unsigned char packed[256];
    size_t size = pack("one,two,three", 13, packed, sizeof packed);

    (void)state;
    for (size_t cut = 2; cut < size; cut++)
        assert_fails(packed, cut, "gzip data are truncated at byte");
}

static void a_damaged_gzip_file_is_refused(void **state)
{
    unsigned char packed[256];
    size_t size = pack("one,two,three", 13, packed, sizeof packed);

    (void)state;
    packed[size - 6] ^= 1; /* the checksum */
    assert_fails(packed, size, "gzip data are damaged at byte");
    packed[size - 6] ^= 1;
    packed[size] = 'x';
    assert_fails(packed, size + 1, "gzip data are");
}

static void the_digest_is_of_the_file_as_it_is_stored(void **state)
{
    /* printf abc | sha256sum */
    static const unsigned char of_abc[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea};
    struct input *input = input_of_memory("x", "abc", 3);
    unsigned char digest[32];

    (void)state;
    assert_reads(input, (const unsigned char *)"abc", 3, 10);
    input_digest(input, digest);
    assert_memory_equal(digest, of_abc, sizeof of_abc);
    input_free(input);
}

static void what_is_no_file_is_refused_by_name(void **state)
{
    char folder[] = "/tmp/traincast-test-XXXXXX", path[128];
    struct err err;

    (void)state;
    assert_non_null(mkdtemp(folder));
    err.text[0] = '\0';
    assert_null(input_open(folder, &err));
    assert_non_null(strstr(err.text, "this is a directory, not a file"));

    snprintf(path, sizeof path, "%s/none", folder);
    err.text[0] = '\0';
    assert_null(input_open(path, &err));
    assert_non_null(strstr(err.text, "/none: No such file or directory"));

    snprintf(path, sizeof path, "%s/empty", folder);
    fclose(fopen(path, "w"));
    err.text[0] = '\0';
    assert_null(input_open(path, &err));
    assert_non_null(strstr(err.text, "/empty: the file is empty"));
    unlink(path);

    snprintf(path, sizeof path, "%s/pipe", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    err.text[0] = '\0';
    assert_null(input_open(path, &err));
    assert_non_null(strstr(err.text, "/pipe: this is a device or a pipe, not a file"));
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_bytes_come_in_any_steps),
        cmocka_unit_test(gzipped_bytes_come_unpacked),
        cmocka_unit_test(gzip_members_behind_one_another_are_one_file),
        cmocka_unit_test(a_truncated_gzip_file_is_refused),
        cmocka_unit_test(a_damaged_gzip_file_is_refused),
        cmocka_unit_test(the_digest_is_of_the_file_as_it_is_stored),
        cmocka_unit_test(what_is_no_file_is_refused_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
