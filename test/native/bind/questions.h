// A value of JavaScript that is made up as it is asked for: each answer takes its type and content from the bytes of a
// fuzzer's input. So what a reader asks decides what is tried, and a fuzzer finds the way through it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include <node_api.h>

enum class Kind { undefined, null, boolean, number, text, list, object, bytes };

// napi_value points to one of these.
struct Answer {
  Kind kind = Kind::undefined;
  double number = 0;
  std::string text;
  uint32_t length = 0;  // of a list or a typed array
  napi_typedarray_type type = napi_uint8_array;
  std::vector<uint8_t> bytes;  // of a typed array
  std::map<std::string, Answer*> fields;
};

// The world of one input.
struct Answers {
  Answers(const uint8_t* data, size_t size) : data(data), size(size) {}

  uint8_t byte() { return next < size ? data[next++] : 0; }
  Answer* make(Kind kind);
  Answer* invent();
  // Of an object or a list. Getters may answer differently each time.
  Answer* field(Answer& of, const std::string& key);

  const uint8_t* data;
  size_t size;
  size_t next = 0;
  bool areStable = true;
  std::deque<Answer> all;  // pointers to its elements stay valid
  Answer* thrown = nullptr;
};

extern Answers* answers;

inline napi_value handle(Answer* answer) { return reinterpret_cast<napi_value>(answer); }
inline Answer& at(napi_value value) { return *reinterpret_cast<Answer*>(value); }
