#include "interpolation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

// The inner loops, compiled for each width of a processor's registers. Nothing is contracted to fused
// operations (binding.gyp), so that all of them round alike.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__linux__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

namespace {

// A region of a grid: its first voxel, and how far apart its rows and slabs lie.
struct Voxels {
  const float* first;
  int rowPitch, slabPitch;
};

// Coordinates along a row: voxel k of the view lies at `start + k * step`.
struct Line {
  double start, step;
};

double between(double from, double to, double share) { return from + (to - from) * share; }

// Between the voxels at `i` and at `j`, which are in neighbouring rows, and their neighbours at the right.
double bilinear(const float* voxels, int i, int j, int right, double fy, double fx) {
  return between(between(voxels[i], voxels[i + right], fx), between(voxels[j], voxels[j + right], fx), fy);
}

// Adds the values at voxels `from` to before `to` of a row, all of whose neighbours are there.
FOR_EACH_PROCESSOR
void addInside2D(double* sums, Voxels voxels, Line y, Line x, int from, int to) {
  for (int k = from; k < to; ++k) {
    const double atY = y.start + y.step * k, atX = x.start + x.step * k;
    const int y0 = static_cast<int>(atY), x0 = static_cast<int>(atX);
    const int at = y0 * voxels.rowPitch + x0;
    sums[k] += bilinear(voxels.first, at, at + voxels.rowPitch, 1, atY - y0, atX - x0);
  }
}

FOR_EACH_PROCESSOR
void addInside3D(double* sums, Voxels voxels, Line x, Line y, Line z, int from, int to) {
  for (int k = from; k < to; ++k) {
    const double atX = x.start + x.step * k, atY = y.start + y.step * k, atZ = z.start + z.step * k;
    const int x0 = static_cast<int>(atX), y0 = static_cast<int>(atY), z0 = static_cast<int>(atZ);
    const double fy = atY - y0, fz = atZ - z0;
    const int near = x0 * voxels.slabPitch + y0 * voxels.rowPitch + z0, far = near + voxels.slabPitch;
    sums[k] += between(bilinear(voxels.first, near, near + voxels.rowPitch, 1, fy, fz),
                       bilinear(voxels.first, far, far + voxels.rowPitch, 1, fy, fz), atX - x0);
  }
}

// Of the nearest point inside the region. What has no neighbour there is its own.
double atEdge2D(const float* voxels, int rowPitch, int height, int width, double y, double x) {
  y = std::clamp(y, 0.0, height - 1.0);
  x = std::clamp(x, 0.0, width - 1.0);
  const int y0 = static_cast<int>(y), x0 = static_cast<int>(x);
  const int at = y0 * rowPitch + x0, below = y0 < height - 1 ? at + rowPitch : at;
  return bilinear(voxels, at, below, x0 < width - 1, y - y0, x - x0);
}

// Between these coordinates, both of them included.
template <size_t axes>
struct Stretch {
  std::array<double, axes> low, high;
};

// What of `from` to before `to` lies in the stretch along every axis.
template <size_t axes>
void keepInside(const std::array<Line, axes>& row, const Stretch<axes>& stretch, double& from, double& to) {
  const double limit = to;
  for (size_t axis = 0; axis < axes; ++axis) {
    const auto [start, step] = row[axis];
    const double toLow = stretch.low[axis] - start, toHigh = stretch.high[axis] - start;
    if (step == 0) {
      if (toLow > 0 || toHigh < 0) to = from;
      continue;
    }
    from = std::max(from, std::ceil((step > 0 ? toLow : toHigh) / step));
    to = std::min(to, std::floor((step > 0 ? toHigh : toLow) / step) + 1);
  }
  from = std::min(from, limit);
  to = std::clamp(to, from, limit);
}

// Keeps the last index before the edge when coordinates are rounded.
constexpr double rounding = 1e-6;

template <size_t axes>
class View {
 public:
  using Point = std::array<double, axes>;

  Voxels voxels;
  std::array<int, axes> size, extents;
  Point base;
  // steps[i][j]: along axis i of the region for a step along axis j of the view.
  std::array<Point, axes> steps;
  // From a voxel of the view to the points that it is the mean of.
  std::vector<Point> points;
  Stretch<axes> crop;
  float outside;

  void write(float* out) {
    const int count = size[axes - 1];
    interior = whereAllAreInside();
    sums.resize(count);
    int rows = 1;
    for (size_t axis = 0; axis + 1 < axes; ++axis) rows *= size[axis];
    for (int row = 0; row < rows; ++row) writeRow(out + static_cast<size_t>(row) * count, row);
  }

 private:
  using Row = std::array<Line, axes>;

  Stretch<axes> interior;
  std::vector<double> sums;

  // Where all points of a voxel have all their neighbours.
  Stretch<axes> whereAllAreInside() const {
    Stretch<axes> inside;
    for (size_t axis = 0; axis < axes; ++axis) {
      double least = points[0][axis], most = least;
      for (const Point& point : points) {
        least = std::min(least, point[axis]);
        most = std::max(most, point[axis]);
      }
      inside.low[axis] = -least;
      inside.high[axis] = extents[axis] - 1 - rounding - most;
    }
    return inside;
  }

  Row rowAt(int row) const {
    const int inSlab = row % size[axes - 2], slab = row / size[axes - 2];
    Row lines;
    for (size_t axis = 0; axis < axes; ++axis) {
      const double ofSlab = axes == 3 ? steps[axis][0] * slab : 0;
      lines[axis] = {base[axis] + ofSlab + steps[axis][axes - 2] * inSlab, steps[axis][axes - 1]};
    }
    return lines;
  }

  void writeRow(float* out, int index) {
    const Row row = rowAt(index);
    const int count = size[axes - 1];
    double from = 0, to = count;
    keepInside(row, crop, from, to);
    double first = from, last = to;
    keepInside(row, interior, first, last);
    std::fill(sums.begin(), sums.end(), 0.0);
    for (const Point& point : points) {
      Row moved = row;
      for (size_t axis = 0; axis < axes; ++axis) moved[axis].start += point[axis];
      addEdge(moved, from, first);
      addInside(moved, first, last);
      addEdge(moved, last, to);
    }
    const double share = 1.0 / points.size();
    std::fill(out, out + static_cast<int>(from), outside);
    for (int k = from; k < to; ++k) out[k] = static_cast<float>(sums[k] * share);
    std::fill(out + static_cast<int>(to), out + count, outside);
  }

  void addInside(const Row& row, int from, int to) {
    if constexpr (axes == 2) {
      addInside2D(sums.data(), voxels, row[0], row[1], from, to);
    } else {
      addInside3D(sums.data(), voxels, row[0], row[1], row[2], from, to);
    }
  }

  void addEdge(const Row& row, int from, int to) {
    for (int k = from; k < to; ++k) {
      Point at;
      for (size_t axis = 0; axis < axes; ++axis) at[axis] = row[axis].start + row[axis].step * k;
      sums[k] += atEdge(at);
    }
  }

  double atEdge(const Point& at) const {
    const auto inSlab = [&](const float* slab) {
      return atEdge2D(slab, voxels.rowPitch, extents[axes - 2], extents[axes - 1], at[axes - 2], at[axes - 1]);
    };
    if constexpr (axes == 2) return inSlab(voxels.first);
    const double x = std::clamp(at[0], 0.0, extents[0] - 1.0);
    const int x0 = static_cast<int>(x), x1 = std::min(x0 + 1, extents[0] - 1);
    const auto slab = [&](int index) { return voxels.first + static_cast<size_t>(index) * voxels.slabPitch; };
    return between(inSlab(slab(x0)), inSlab(slab(x1)), x - x0);
  }
};

Napi::Float64Array finite(const Napi::Object& of, const char* name) {
  const auto given = of.Get(name).As<Napi::Float64Array>();
  const double* end = given.Data() + given.ElementLength();
  if (!std::all_of(given.Data(), end, [](double value) { return std::isfinite(value); })) {
    throw Napi::RangeError::New(of.Env(), std::string(name) + " is not finite");
  }
  return given;
}

template <typename Number, size_t axes>
std::vector<std::array<Number, axes>> tuples(const Napi::Object& of, const char* name) {
  const auto given = finite(of, name);
  if (given.ElementLength() % axes != 0) throw Napi::RangeError::New(of.Env(), std::string(name) + " has another length");
  std::vector<std::array<Number, axes>> values(given.ElementLength() / axes);
  for (size_t index = 0; index < values.size(); ++index) {
    std::copy_n(given.Data() + index * axes, axes, values[index].begin());
  }
  return values;
}

template <typename Number, size_t axes>
std::array<Number, axes> tuple(const Napi::Object& of, const char* name) {
  const auto values = tuples<Number, axes>(of, name);
  if (values.size() != 1) throw Napi::RangeError::New(of.Env(), std::string(name) + " has another length");
  return values[0];
}

template <size_t axes>
void interpolate(Napi::Float32Array out, const Napi::Object& given) {
  const auto whole = given.Get("voxels").As<Napi::Float32Array>();
  const auto grid = tuple<int, axes>(given, "grid");
  const auto start = tuple<int, axes>(given, "start");
  const auto steps = tuples<double, axes>(given, "steps");
  View<axes> view;
  view.size = tuple<int, axes>(given, "size");
  view.extents = tuple<int, axes>(given, "extents");
  view.base = tuple<double, axes>(given, "base");
  view.points = tuples<double, axes>(given, "points");
  view.crop = {tuple<double, axes>(given, "low"), tuple<double, axes>(given, "high")};
  view.outside = given.Get("outside").As<Napi::Number>().FloatValue();

  size_t inGrid = 1, inView = 1, origin = 0;
  bool fits = steps.size() == axes && !view.points.empty();
  for (size_t axis = 0; axis < axes; ++axis) {
    fits &= start[axis] >= 0 && view.extents[axis] > 0 && view.extents[axis] <= grid[axis] - start[axis];
    inGrid *= grid[axis];
    inView *= view.size[axis];
    origin = origin * grid[axis] + start[axis];
  }
  // The loops count in int, as far as their registers are wide.
  fits &= inGrid <= std::numeric_limits<int>::max();
  if (!fits || inGrid != whole.ElementLength() || inView != out.ElementLength()) {
    throw Napi::RangeError::New(given.Env(), "the view or its region does not fit");
  }
  std::copy_n(steps.begin(), axes, view.steps.begin());
  view.voxels = {whole.Data() + origin, grid[axes - 1], axes == 3 ? grid[axes - 2] * grid[axes - 1] : 0};
  view.write(out.Data());
}

}  // namespace

// (out, what the view is: see reading.ts)
Napi::Value interpolateView(const Napi::CallbackInfo& info) {
  const auto out = info[0].As<Napi::Float32Array>();
  const auto given = info[1].As<Napi::Object>();
  const size_t axes = given.Get("size").As<Napi::Float64Array>().ElementLength();
  axes == 2 ? interpolate<2>(out, given) : interpolate<3>(out, given);
  return info.Env().Undefined();
}
