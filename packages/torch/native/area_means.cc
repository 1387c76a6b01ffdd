#include "area_means.h"

#include <algorithm>
#include <vector>

namespace {

struct Side {
  size_t before, after;
};

// What each new pixel covers of the old ones: `taps` of them from `first` on, and its share of each.
struct Coverage {
  size_t taps;
  std::vector<size_t> first;
  std::vector<double> shares;

  explicit Coverage(const Side& side) : taps(static_cast<size_t>(side.before / side.after) + 2) {
    const double length = static_cast<double>(side.before) / side.after;
    for (size_t at = 0; at < side.after; ++at) {
      const double start = at * length, end = std::min<double>((at + 1) * length, side.before);
      first.push_back(static_cast<size_t>(start));
      for (double old = first.back(); old < first.back() + taps; ++old) {
        shares.push_back(std::max(0.0, std::min(end, old + 1) - std::max(start, old)) / length);
      }
    }
  }
};

// Sums are doubles and are rounded once, so that a picture of one grey stays one.
template <typename Pixel>
void shrink(const Pixel* pixels, const Side& width, const Side& height, double factor, float* out) {
  const Coverage columns(width), rows(height);
  std::vector<double> line(width.before + columns.taps);
  for (size_t row = 0; row < height.after; ++row) {
    std::fill(line.begin(), line.end(), 0.0);
    for (size_t tap = 0; tap < rows.taps; ++tap) {
      const double share = rows.shares[row * rows.taps + tap];
      if (share == 0) continue;
      const Pixel* from = pixels + (rows.first[row] + tap) * width.before;
      for (size_t x = 0; x < width.before; ++x) line[x] += share * from[x];
    }
    const double* share = columns.shares.data();
    for (size_t column = 0; column < width.after; ++column) {
      const double* from = line.data() + columns.first[column];
      double sum = 0;
      for (size_t tap = 0; tap < columns.taps; ++tap) sum += *share++ * from[tap];
      *out++ = static_cast<float>(sum * factor);
    }
  }
}

Side side(const Napi::Value& before, const Napi::Value& after) {
  return {before.As<Napi::Number>().Uint32Value(), after.As<Napi::Number>().Uint32Value()};
}

}  // namespace

// (pixels, width, height, new width, new height, factor, out)
Napi::Value areaMeans(const Napi::CallbackInfo& info) {
  const auto pixels = info[0].As<Napi::TypedArray>();
  const Side width = side(info[1], info[3]), height = side(info[2], info[4]);
  const double factor = info[5].As<Napi::Number>().DoubleValue();
  auto out = info[6].As<Napi::Float32Array>();
  const bool fits = pixels.ElementLength() >= width.before * height.before &&
                    out.ElementLength() >= width.after * height.after;
  if (!fits) throw Napi::RangeError::New(info.Env(), "the pixels do not fill the picture");
  switch (pixels.TypedArrayType()) {
    case napi_uint8_array:
      shrink(info[0].As<Napi::Uint8Array>().Data(), width, height, factor, out.Data());
      break;
    case napi_uint16_array:
      shrink(info[0].As<Napi::Uint16Array>().Data(), width, height, factor, out.Data());
      break;
    case napi_float32_array:
      shrink(info[0].As<Napi::Float32Array>().Data(), width, height, factor, out.Data());
      break;
    default:
      throw Napi::TypeError::New(info.Env(), "pixels are Uint8Array, Uint16Array or Float32Array");
  }
  return info.Env().Undefined();
}
