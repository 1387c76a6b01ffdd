#include "handle.h"

#include <cstring>
#include <mutex>
#include <unordered_map>

namespace {

// Views share one storage, so bytes are counted once a storage, over all threads.
struct Books {
  std::mutex lock;
  std::unordered_map<const c10::StorageImpl*, std::pair<int64_t, int64_t>> storages;
  int64_t tensors = 0;
  int64_t bytes = 0;
};
Books& books() {
  static Books* instance = new Books();
  return *instance;
}

const c10::StorageImpl* storageOf(const at::Tensor& tensor) {
  return tensor.has_storage() ? tensor.storage().unsafeGetStorageImpl() : nullptr;
}

void enter(const at::Tensor& tensor) {
  std::lock_guard<std::mutex> guard(books().lock);
  books().tensors += 1;
  if (const auto* storage = storageOf(tensor)) {
    auto& entry = books().storages[storage];
    if (entry.first++ == 0) {
      entry.second = static_cast<int64_t>(storage->nbytes());
      books().bytes += entry.second;
    }
  }
}

void leave(Handle& handle) {
  if (!handle.tensor.defined()) return;
  {
    std::lock_guard<std::mutex> guard(books().lock);
    books().tensors -= 1;
    const auto found = books().storages.find(storageOf(handle.tensor));
    if (found != books().storages.end() && --found->second.first == 0) {
      books().bytes -= found->second.second;
      books().storages.erase(found);
    }
  }
  handle.tensor.reset();
}

Handle& handleOf(const Napi::Value& value) {
  if (!value.IsExternal()) throw Napi::TypeError::New(value.Env(), "expected a tensor");
  return *value.As<Napi::External<Handle>>().Data();
}

Napi::Value release(const Napi::CallbackInfo& info) {
  leave(handleOf(info[0]));
  return info.Env().Undefined();
}

// share(handle): a second handle on the same tensor, cut off from its graph.
Napi::Value share(const Napi::CallbackInfo& info) { return wrap(info.Env(), unwrap(info[0]).detach()); }

Napi::Value live(const Napi::CallbackInfo& info) {
  std::lock_guard<std::mutex> guard(books().lock);
  auto result = Napi::Object::New(info.Env());
  result["tensors"] = Napi::Number::New(info.Env(), static_cast<double>(books().tensors));
  result["bytes"] = Napi::Number::New(info.Env(), static_cast<double>(books().bytes));
  return result;
}

Napi::Value shape(const Napi::CallbackInfo& info) {
  const auto sizes = unwrap(info[0]).sizes();
  auto result = Napi::Array::New(info.Env(), sizes.size());
  for (uint32_t axis = 0; axis < sizes.size(); ++axis) {
    result[axis] = Napi::Number::New(info.Env(), static_cast<double>(sizes[axis]));
  }
  return result;
}

Napi::Value scalarType(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<int>(unwrap(info[0]).scalar_type()));
}

Napi::Value device(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), unwrap(info[0]).device().str());
}

// fromBytes(typedArray, shape, scalarType): a new CPU tensor, one copy.
Napi::Value fromBytes(const Napi::CallbackInfo& info) {
  const auto source = info[0].As<Napi::TypedArray>();
  const auto sizes = info[1].As<Napi::Array>();
  std::vector<int64_t> shape(sizes.Length());
  for (uint32_t axis = 0; axis < sizes.Length(); ++axis) {
    shape[axis] = sizes.Get(axis).As<Napi::Number>().Int64Value();
  }
  const auto type = static_cast<at::ScalarType>(info[2].As<Napi::Number>().Int32Value());
  auto tensor = at::empty(shape, at::TensorOptions().dtype(type));
  if (tensor.nbytes() != source.ByteLength()) {
    throw Napi::RangeError::New(
        info.Env(), "the data has " + std::to_string(source.ByteLength()) + " bytes, the shape asks for " +
                        std::to_string(tensor.nbytes()));
  }
  // N-API gives no data pointer for a SharedArrayBuffer's buffer, but does for a view on one.
  void* data = nullptr;
  napi_get_typedarray_info(info.Env(), source, nullptr, nullptr, &data, nullptr, nullptr);
  if (tensor.nbytes() > 0) std::memcpy(tensor.data_ptr(), data, tensor.nbytes());
  return wrap(info.Env(), std::move(tensor));
}

// toBytes(tensor): an ArrayBuffer with the elements in row-major order.
Napi::Value toBytes(const Napi::CallbackInfo& info) {
  const auto tensor = unwrap(info[0]).detach().to(at::kCPU).contiguous();
  auto buffer = Napi::ArrayBuffer::New(info.Env(), tensor.nbytes());
  if (tensor.nbytes() > 0) std::memcpy(buffer.Data(), tensor.data_ptr(), tensor.nbytes());
  return buffer;
}

}  // namespace

Napi::Value wrap(Napi::Env env, at::Tensor tensor) {
  if (!tensor.defined()) return env.Null();
  enter(tensor);
  // The finaliser is only the net under scope() and dispose().
  return Napi::External<Handle>::New(env, new Handle{std::move(tensor)}, [](Napi::Env, Handle* handle) {
    leave(*handle);
    delete handle;
  });
}

at::Tensor& unwrap(const Napi::Value& value) {
  auto& handle = handleOf(value);
  if (!handle.tensor.defined()) throw Napi::Error::New(value.Env(), "the tensor was freed");
  return handle.tensor;
}

void exportHandles(Napi::Env env, Napi::Object exports) {
  exports["release"] = Napi::Function::New(env, release);
  exports["share"] = Napi::Function::New(env, share);
  exports["live"] = Napi::Function::New(env, live);
  exports["shape"] = Napi::Function::New(env, shape);
  exports["scalarType"] = Napi::Function::New(env, scalarType);
  exports["device"] = Napi::Function::New(env, device);
  exports["fromBytes"] = Napi::Function::New(env, fromBytes);
  exports["toBytes"] = Napi::Function::New(env, toBytes);
}
