#include "png_filters.h"

#include <algorithm>
#include <cstring>
#include <vector>

// A row of a PNG is stored as differences from a prediction, which is made of the bytes to the left, above, and
// above to the left ("corner"); "left" is a pixel away. Its first byte names the prediction (PNG
// specification, 9.2).
namespace {

using Byte = uint8_t;

enum Filter : Byte { none, sub, up, average, paeth };

bool isKnown(Byte filter) { return filter <= paeth; }

// Whether each byte of the row waits for the one to its left.
bool isSlow(Byte filter) { return filter == sub || filter == average || filter == paeth; }

void undoUp(Byte* row, const Byte* above, size_t length) {
  for (size_t at = 0; at < length; ++at) row[at] += above[at];
}

// The one of the three that is nearest to left + above - corner (9.4); said so that it needs no branches.
int16_t nearest(int16_t left, int16_t above, int16_t corner) {
  const int16_t low = std::min(left, above), high = std::max(left, above);
  const int16_t turn = 3 * corner - left - above;
  const int16_t lower = high <= turn ? low : corner;
  return turn <= low ? high : lower;
}

// Fifteen rows at once, each a pixel behind the one above it: what a byte's prediction is made of is then
// known for all of them, and the processor does them together. Lane 0 is the row above the first.
class Lanes {
 public:
  static constexpr size_t rows = 15;

  Lanes(size_t length, size_t pixel)
      : length(length), pixel(pixel), steps(length + rows * pixel), store(before() + steps * count) {}

  // Filters start as none. What lies before a row must be zero, for it is what its first pixel refers to.
  void clear() {
    std::fill(store.begin(), store.end(), 0);
    masks = {};
  }

  void put(size_t lane, const Byte* row) {
    Byte* to = start(lane);
    for (size_t at = 0; at < length; ++at) to[at * count] = row[at];
  }

  void take(size_t lane, Byte* row) {
    const Byte* from = start(lane);
    for (size_t at = 0; at < length; ++at) row[at] = from[at * count];
  }

  void use(size_t lane, Byte filter) { masks.of[filter][lane] = -1; }

  void undo() {
    Byte* now = store.data() + before();
    for (size_t step = 0; step < steps; ++step, now += count) {
      const Byte* left = now - pixel * count;
      // The lane above is the one before, and a pixel ahead.
      const Byte* above = left - 1;
      const Byte* corner = above - pixel * count;
      Byte undone[count];
      for (size_t lane = 0; lane < count; ++lane) {
        const int16_t a = left[lane], b = above[lane], c = corner[lane];
        const int16_t half = (a + b) >> 1;
        undone[lane] = now[lane] + ((masks.of[sub][lane] & a) | (masks.of[up][lane] & b) |
                                    (masks.of[average][lane] & half) |
                                    (masks.of[paeth][lane] & nearest(a, b, c)));
      }
      std::memcpy(now, undone, count);
    }
  }

 private:
  static constexpr size_t count = rows + 1;

  // Which lanes have which filter.
  struct Masks {
    int16_t of[paeth + 1][count];
  };

  size_t before() const { return 2 * pixel * count + 1; }
  Byte* start(size_t lane) { return store.data() + before() + lane * (pixel * count + 1); }

  const size_t length, pixel, steps;
  // Byte `at` of the row in lane `lane` has the index (at + lane * pixel) * count + lane.
  std::vector<Byte> store;
  Masks masks{};
};

// In place: rows move up over the filter bytes before them.
class Rows {
 public:
  Rows(Byte* bytes, size_t height, size_t length, size_t pixel)
      : bytes(bytes), height(height), length(length), pixel(pixel), nothing(length), lanes(length, pixel) {}

  void undo() {
    for (size_t first = 0; first < height; first += Lanes::rows) {
      const size_t end = std::min(first + Lanes::rows, height);
      if (anySlow(first, end)) {
        undoTogether(first, end);
      } else {
        for (size_t row = first; row < end; ++row) undoAlone(row);
      }
    }
  }

  bool allKnown() const {
    for (size_t row = 0; row < height; ++row) {
      if (!isKnown(*stored(row))) return false;
    }
    return true;
  }

 private:
  const Byte* stored(size_t row) const { return bytes + row * (length + 1); }
  Byte* undone(size_t row) { return bytes + row * length; }
  const Byte* above(size_t row) { return row == 0 ? nothing.data() : undone(row - 1); }

  bool anySlow(size_t first, size_t end) const {
    for (size_t row = first; row < end; ++row) {
      if (isSlow(*stored(row))) return true;
    }
    return false;
  }

  void undoTogether(size_t first, size_t end) {
    lanes.clear();
    lanes.put(0, above(first));
    for (size_t row = first; row < end; ++row) {
      const size_t lane = row - first + 1;
      lanes.use(lane, *stored(row));
      lanes.put(lane, stored(row) + 1);
    }
    lanes.undo();
    for (size_t row = first; row < end; ++row) lanes.take(row - first + 1, undone(row));
  }

  void undoAlone(size_t row) {
    const Byte filter = *stored(row);
    std::memmove(undone(row), stored(row) + 1, length);
    if (filter == up) undoUp(undone(row), above(row), length);
  }

  Byte* const bytes;
  const size_t height, length, pixel;
  const std::vector<Byte> nothing;
  Lanes lanes;
};

}  // namespace

// (bytes, bytes of a row without its filter, bytes of a pixel): whether the filters are known. Nothing is
// changed where one is not.
Napi::Value undoPngFilters(const Napi::CallbackInfo& info) {
  auto bytes = info[0].As<Napi::Uint8Array>();
  const size_t length = info[1].As<Napi::Number>().Uint32Value();
  const size_t pixel = info[2].As<Napi::Number>().Uint32Value();
  if (pixel == 0 || length < pixel || bytes.ByteLength() % (length + 1) != 0) {
    throw Napi::RangeError::New(info.Env(), "the bytes are no whole rows");
  }
  Rows rows(bytes.Data(), bytes.ByteLength() / (length + 1), length, pixel);
  const bool known = rows.allKnown();
  if (known) rows.undo();
  return Napi::Boolean::New(info.Env(), known);
}
