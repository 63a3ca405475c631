// Reads plain JavaScript objects. TypeScript has validated them; what would be unsafe in native code is checked again
// here. Every error names the field: "Expected a whole number from 1 to 1024 for `session.threads`".
#pragma once

#include <napi.h>

#include <string>
#include <vector>

namespace optimbench {

class Reader {
 public:
  Reader(Napi::Value value, std::string path);

  bool has(const char* key) const;
  Reader object(const char* key) const;
  std::vector<Reader> list(const char* key) const;
  std::string text(const char* key) const;
  bool flag(const char* key) const;
  double number(const char* key) const;
  std::vector<double> numbers(const char* key) const;
  // A whole number in [least, most], or a list of `count` of them (any number if 0).
  int64_t integer(const char* key, int64_t least, int64_t most) const;
  std::vector<int64_t> integers(const char* key, size_t count, int64_t least, int64_t most) const;

  // A typed array of the given element type.
  template <typename Array>
  Array array(const char* key, napi_typedarray_type type, const char* name) const {
    const Napi::Value value = field(key);
    if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) fail(key, name);
    return value.As<Array>();
  }

  Napi::Value value() const { return value_; }
  const std::string& path() const { return path_; }
  [[noreturn]] void fail(const char* key, const std::string& expected) const;

 private:
  Napi::Value field(const char* key) const;

  Napi::Object value_;
  std::string path_;
};

}  // namespace optimbench
