/*
 * Moves the wall clock of the process that it is preloaded into, by as many seconds as the file says that NEMESIS_CLOCK_SHIFT
 * names: eight bytes, mapped, so that a change holds from the next look at the clock on. Every other clock, and every wait, is
 * left alone: libfaketime also stands before pthread_cond_timedwait, where it takes deadlines of the monotonic clock for times
 * of day and so ends waits at once, among them .NET's for a stop in order.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shift;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("NEMESIS_CLOCK_SHIFT");
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0)
    {
        void *mapped = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
        shift = mapped == MAP_FAILED ? NULL : mapped;
        close(file);
    }
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int left = (int)syscall(SYS_clock_gettime, clock, time);
    if (left == 0 && shift != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    {
        time->tv_sec += *shift;
    }

    return left;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *into)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (into != NULL)
    {
        *into = now.tv_sec;
    }

    return now.tv_sec;
}
