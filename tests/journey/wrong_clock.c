/* Preloaded into a process, it puts the process's wall clock ahead, or back, by the seconds that stand in a file.
   The file is mapped, so that the clock steps while the process runs. Monotonic clocks are left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile long *ahead;
static int (*told)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("WRONG_CLOCK");
  int file = path ? open(path, O_RDONLY) : -1;
  void *mapped = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
  told = dlsym(RTLD_NEXT, "clock_gettime");
  if (mapped != MAP_FAILED) ahead = mapped;
  if (file >= 0) close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  if (!told) told = dlsym(RTLD_NEXT, "clock_gettime");
  int failed = told(clock, now);
  if (!failed && ahead && clock == CLOCK_REALTIME) now->tv_sec += *ahead;
  return failed;
}

time_t time(time_t *seconds) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (seconds) *seconds = now.tv_sec;
  return now.tv_sec;
}

int gettimeofday(struct timeval *restrict seconds, void *restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  seconds->tv_sec = now.tv_sec;
  seconds->tv_usec = now.tv_nsec / 1000;
  return 0;
}
