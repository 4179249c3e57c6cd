/* Peer of the bench `store`: reads a depth file (exact line shape of the generator) with a plain scalar parser and keeps
 * the same ten-level book. Prints {"events", "seconds", "checksum"}; the checksum is over the touch after every event. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#define LEVELS 10

typedef struct {
  int32_t ticks[2][LEVELS];
  double size[2][LEVELS];
  int count[2];
} Book;

static void insert(Book *book, int side, int position, int32_t ticks, double size) {
  int count = book->count[side];
  int end = count < LEVELS ? count : LEVELS - 1;
  memmove(&book->ticks[side][position + 1], &book->ticks[side][position], sizeof(int32_t) * (size_t)(end - position));
  memmove(&book->size[side][position + 1], &book->size[side][position], sizeof(double) * (size_t)(end - position));
  book->ticks[side][position] = ticks;
  book->size[side][position] = size;
  if (count < LEVELS) book->count[side] = count + 1;
}

static void apply(Book *book, int operation, int side, int position, int32_t ticks, double size) {
  int count = book->count[side];
  if (operation == 1 && position < count) {
    book->ticks[side][position] = ticks;
    book->size[side][position] = size;
  } else if (operation == 2) {
    if (position >= count) return;
    size_t left = (size_t)(count - 1 - position);
    memmove(&book->ticks[side][position], &book->ticks[side][position + 1], sizeof(int32_t) * left);
    memmove(&book->size[side][position], &book->size[side][position + 1], sizeof(double) * left);
    book->count[side] = count - 1;
  } else if (position <= count && position < LEVELS) {
    insert(book, side, position, ticks, size);
  }
}

static const char *cursor;

static int64_t integer(void) {
  int64_t value = 0;
  int negative = *cursor == '-';
  if (negative) cursor++;
  while (*cursor >= '0' && *cursor <= '9') value = value * 10 + (*cursor++ - '0');
  return negative ? -value : value;
}

/* Quarter ticks: a price has at most two decimals. */
static int32_t ticks_of_price(void) {
  int negative = *cursor == '-';
  if (negative) cursor++;
  int64_t hundredths = integer() * 100;
  if (*cursor == '.') {
    cursor++;
    int scale = 10;
    while (*cursor >= '0' && *cursor <= '9') {
      hundredths += (*cursor++ - '0') * scale;
      scale /= 10;
    }
  }
  if (hundredths % 25 != 0) abort();
  return (int32_t)((negative ? -hundredths : hundredths) / 25);
}

static void expect(const char *text, size_t length) {
  if (memcmp(cursor, text, length) != 0) {
    fprintf(stderr, "unexpected: %.40s\n", cursor);
    exit(1);
  }
  cursor += length;
}
#define EXPECT(text) expect(text, sizeof(text) - 1)

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  double start = now();
  int file = open(argv[1], O_RDONLY);
  struct stat info;
  if (file < 0 || fstat(file, &info) != 0) return 1;
  const char *bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  if (bytes == MAP_FAILED) return 1;
  const char *end = bytes + info.st_size;
  cursor = memchr(bytes, '\n', (size_t)info.st_size) + 1;
  Book book = {0};
  int64_t events = 0, last_ns = 0, last_seq = 0, checksum = 0;
  while (cursor < end) {
    EXPECT("{\"kind\":\"");
    char kind = *cursor;
    cursor = kind == 't' || kind == 'd' || kind == 'r' ? cursor + 5 : cursor + 3;
    EXPECT("\",\"ts\":\"");
    int64_t ns = integer();
    EXPECT("\",\"seq\":");
    int64_t seq = integer();
    if (ns < last_ns || seq <= last_seq) return 1;
    last_ns = ns;
    last_seq = seq;
    if (kind == 'd') {
      EXPECT(",\"op\":");
      int operation = (int)integer();
      EXPECT(",\"side\":");
      int side = (int)integer();
      EXPECT(",\"position\":");
      int position = (int)integer();
      EXPECT(",\"price\":");
      int32_t ticks = ticks_of_price();
      EXPECT(",\"size\":");
      double size = (double)integer();
      EXPECT(",\"last\":");
      cursor += *cursor == 't' ? 4 : 5;
      EXPECT("}\n");
      if (operation > 2 || side > 1) return 1;
      apply(&book, operation, side, position, ticks, size);
    } else if (kind == 't') {
      EXPECT(",\"price\":");
      ticks_of_price();
      EXPECT(",\"size\":");
      integer();
      EXPECT(",\"aggressor\":");
      cursor = (const char *)memchr(cursor, '\n', (size_t)(end - cursor)) + 1;
    } else {
      cursor = (const char *)memchr(cursor, '\n', (size_t)(end - cursor)) + 1;
      if (kind == 'r') memset(book.count, 0, sizeof book.count);
    }
    events++;
    checksum += book.ticks[0][0] + 3 * (int64_t)book.ticks[1][0] + book.count[0] + book.count[1];
  }
  printf("{\"events\":%lld,\"seconds\":%.6f,\"checksum\":%lld}\n", (long long)events, now() - start, (long long)checksum);
  return 0;
}
