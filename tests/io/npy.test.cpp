// SPDX-License-Identifier: MIT
#include <realign/io/npy.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace realign;

namespace {

/// A file of version 1 with this dictionary.
std::string file_of(std::string header, std::string_view data) {
  header += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out.push_back(static_cast<char>(header.size()));
  out.push_back('\0');
  return out.append(header).append(data);
}

template <class T>
std::vector<T> counted(std::size_t n) {
  std::vector<T> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<T>(i + 1);
  return x;
}

}  // namespace

TEST_CASE_TEMPLATE("what was written is read, 1 to 4 axes", T, float, double, std::int32_t,
                   std::int64_t, std::uint8_t) {
  const std::vector<std::vector<std::size_t>> shapes{
      {24}, {4, 6}, {2, 3, 4}, {2, 3, 2, 2}, {1, 1, 24, 1}};
  const std::vector<T> x = counted<T>(24);
  for (const auto& shape : shapes) {
    const std::string bytes = io::npy_bytes(shape, std::span<const T>(x));
    CHECK((bytes.size() - sizeof(T) * 24) % 64 == 0);
    const auto back = io::parse_npy<T>(bytes, "f.npy");
    CHECK(back.shape == shape);
    CHECK(back.values == x);
  }
  const auto none = io::parse_npy<T>(io::npy_bytes({3, 0}, std::span<const T>()), "f.npy");
  CHECK(none.shape == std::vector<std::size_t>{3, 0});
  CHECK(none.values.empty());
}

TEST_CASE("the bytes are those that NumPy writes") {
  const std::vector<float> x{0, 1, 2, 3, 4, 5};
  std::string expected(
      "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 10 + 59);
  expected.append(127 - expected.size(), ' ').append("\n");
  for (const char* four : {"\0\0\0\0", "\0\0\x80?", "\0\0\0@", "\0\0@@", "\0\0\x80@", "\0\0\xa0@"})
    expected.append(four, 4);
  CHECK(io::npy_bytes({2, 3}, std::span<const float>(x)) == expected);
  const std::vector<std::int64_t> y{7, -8};
  const std::string one = io::npy_bytes({2}, std::span<const std::int64_t>(y));
  CHECK(one.find("'descr': '<i8', 'fortran_order': False, 'shape': (2,), }") == 10 + 1);
}

TEST_CASE("a file on disk") {
  const std::string name = "realign_npy_test.npy";
  const std::vector<double> x{0.1, -2, neg_infinity<double>()};
  io::write_npy({name}, {3}, std::span<const double>(x));
  CHECK(io::read_npy<double>(name).values == x);
  CHECK(std::remove(name.c_str()) == 0);
}

TEST_CASE_TEMPLATE("other types of number are converted", T, float, double) {
  const std::vector<std::int64_t> whole{3, -4};
  CHECK(io::parse_npy<T>(io::npy_bytes({2}, std::span<const std::int64_t>(whole)), "f").values ==
        std::vector<T>{3, -4});
  const std::string truth =
      file_of("{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", {"\1\0", 2});
  CHECK(io::parse_npy<T>(truth, "f").values == std::vector<T>{1, 0});
  CHECK(io::parse_npy<std::uint8_t>(truth, "f").values == std::vector<std::uint8_t>{1, 0});
  const std::vector<double> fine{0.5, 1e-300};
  CHECK(io::parse_npy<T>(io::npy_bytes({2}, std::span<const double>(fine)), "f").values[0] ==
        T(0.5));
}

TEST_CASE("headers as others write them") {
  const std::string data(8, '\0');
  for (const std::string_view header :
       {"{\"shape\": (2,1),\"descr\":\"<f4\",\"fortran_order\":False}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1,), }   "})
    CHECK(io::parse_npy<float>(file_of(std::string(header), data), "f").shape ==
          std::vector<std::size_t>{2, 1});
  // one axis has the same order either way
  CHECK(io::parse_npy<float>(
            file_of("{'descr': '<f4', 'fortran_order': True, 'shape': (2,)}", data), "f")
            .values.size() == 2);
  std::string second("\x93NUMPY\x02\x00", 8);
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}\n";
  second.push_back(static_cast<char>(header.size()));
  second.append(3, '\0').append(header).append(data);
  CHECK(io::parse_npy<float>(second, "f").values.size() == 2);
}

TEST_CASE_TEMPLATE("whole numbers that a floating type holds exactly, however large", T, float, double) {
  constexpr std::int64_t lowest = (std::numeric_limits<std::int64_t>::min)();
  const std::int64_t large = std::int64_t{1} << 40;
  const std::vector<std::int64_t> whole{16777216, -16777218, large << 22, lowest, 3 * large};
  const auto read = io::parse_npy<T>(io::npy_bytes({5}, std::span<const std::int64_t>(whole)), "f").values;
  for (std::size_t i = 0; i < whole.size(); ++i) CHECK(static_cast<std::int64_t>(read[i]) == whole[i]);
}

#if REALIGN_EXCEPTIONS
namespace {
template <class T = float>
std::string message_of(const std::string& bytes) {
  try {
    (void)io::parse_npy<T>(bytes, "f.npy");
  } catch (const input_error& e) {
    return e.what();
  }
  return "nothing was thrown";
}
std::string message_of_header(std::string header) {
  return message_of(file_of(std::move(header), std::string(8, '\0')));
}
}  // namespace

TEST_CASE("files that are not what they should be are refused") {
  const std::vector<float> x{1, 2};
  const std::string good = io::npy_bytes({2}, std::span<const float>(x));
  CHECK(message_of("") == "f.npy: the file is empty");
  CHECK(message_of("PK\x03\x04") == "f.npy: not an NPY file");
  CHECK(message_of(good + "x") == "f.npy: data: expected 8 bytes, got 9");
  for (std::size_t n = 6; n < good.size(); ++n) {
    INFO(n);
    CHECK(message_of(good.substr(0, n)).find(": cut") != std::string::npos);
  }
  std::string later = good;
  later[6] = 9;
  CHECK(message_of(later) == "f.npy: header: unknown version 9");
}

TEST_CASE("bad headers are refused by field") {
  CHECK(message_of_header("{'descr': '>f4', 'fortran_order': False, 'shape': (2,)}") ==
        "f.npy: header: descr: expected one of <f4 <f8 <i4 <i8 |u1 |b1, got >f4");
  CHECK(message_of_header("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1)}") ==
        "f.npy: header: fortran_order: expected False (C order)");
  CHECK(message_of_header("{'descr': '<f4', 'fortran_order': False, 'shape': ()}") ==
        "f.npy: header: shape: expected 1 to 4 axes, got 0");
  CHECK(message_of_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,2)}") ==
        "f.npy: header: shape: expected 1 to 4 axes, got 5");
  CHECK(message_of_header("{'descr': '<f4', 'fortran_order': False}") ==
        "f.npy: header: shape: missing");
  CHECK(message_of_header("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,)}") ==
        "f.npy: header: descr: expected one type of number, got a record");
  CHECK(message_of_header("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}") ==
        "f.npy: header: fortran_order: expected True or False");
  CHECK(message_of_header("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}") ==
        "f.npy: header: shape: expected a length at byte 51");
  CHECK(message_of_header("{'descr': '<f4', 'fortran_order': False, 'shape': "
                          "(4294967296, 4294967296, 4294967296)}")
            .starts_with("f.npy: data: cut: "));
  CHECK(message_of_header("{'descr': '<f4', 'more': 1}") == "f.npy: header: unknown field more");
  CHECK(message_of_header("not a dictionary").starts_with("f.npy: header: expected {"));
  CHECK(message_of_header("{'descr': '<f4").starts_with("f.npy: header: a string without end"));
}

TEST_CASE("numbers that the asked type does not hold are refused with their place") {
  const std::vector<double> large{0, 0, 0, 1e300};
  CHECK(message_of(io::npy_bytes({2, 2}, std::span<const double>(large))) ==
        "f.npy: entry [1, 1]: out of range: 1e+300");
  const std::vector<std::int64_t> wide{1, -1};
  CHECK(message_of<std::uint8_t>(io::npy_bytes({2}, std::span<const std::int64_t>(wide))) ==
        "f.npy: entry [1]: out of range: -1");
  CHECK(message_of<std::int32_t>(io::npy_bytes({4}, std::span<const double>(large))) ==
        "f.npy: header: descr: expected whole numbers, got <f8");
}

TEST_CASE("whole numbers that a floating type would round are refused with their place") {
  const auto refusal = []<class T, class I>(T, I x) {
    const std::vector<I> one{x};
    return message_of<T>(io::npy_bytes({1}, std::span<const I>(one)));
  };
  CHECK(refusal(float{}, std::int64_t{16777217}) == "f.npy: entry [0]: not held exactly: 16777217");
  CHECK(refusal(float{}, std::int32_t{-16777217}) == "f.npy: entry [0]: not held exactly: -16777217");
  CHECK(refusal(double{}, std::int32_t{-16777217}) == "nothing was thrown");
  CHECK(refusal(double{}, std::int64_t{9007199254740993}).ends_with("not held exactly: 9007199254740993"));
  // these round up to 2^31 and 2^63, which the whole types do not hold
  CHECK(refusal(float{}, (std::numeric_limits<std::int32_t>::max)()).ends_with("not held exactly: 2147483647"));
  CHECK(refusal(double{}, (std::numeric_limits<std::int64_t>::max)()).find("not held exactly") != std::string::npos);
}

TEST_CASE("truth values other than 0 and 1 are refused with their place") {
  const std::string truth = file_of("{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", {"\1\7", 2});
  CHECK(message_of<std::uint8_t>(truth) == "f.npy: entry [1]: expected 0 or 1, got 7");
  CHECK(message_of<float>(truth) == "f.npy: entry [1]: expected 0 or 1, got 7");
}

TEST_CASE("malformed dictionaries are refused") {
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}";
  CHECK(message_of_header(good + " \n ") == "nothing was thrown");
  CHECK(message_of_header(good + " more") == "f.npy: header: text behind the dictionary at byte 56");
  CHECK(message_of_header(good + "}") == "f.npy: header: text behind the dictionary at byte 55");
  CHECK(message_of_header("{'descr': '<f4' 'fortran_order': False, 'shape': (2,)}") ==
        "f.npy: header: expected , at byte 16");
  CHECK(message_of_header("{'descr': '<f4', 'fortran_order': Falsetto, 'shape': (2,)}") ==
        "f.npy: header: expected , at byte 39");
  CHECK(message_of_header("{'descr': '<f4',, 'fortran_order': False, 'shape': (2,)}").find("expected ' at byte 16") !=
        std::string::npos);
  CHECK(message_of_header("{'descr': '<i4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}") ==
        "f.npy: header: descr: twice");
  CHECK(message_of_header("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'shape': (2,)}") ==
        "f.npy: header: shape: twice");
  CHECK(message_of_header("{'fortran_order': True, 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}") ==
        "f.npy: header: fortran_order: twice");
  CHECK(message_of_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2)}") ==
        "f.npy: header: expected , at byte 52");
  CHECK(message_of_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)").starts_with("f.npy: header: "));
}

TEST_CASE("a shape that does not fit the values is wrong use") {
  const std::vector<float> x{1, 2};
  CHECK_THROWS_AS((void)io::npy_bytes({3}, std::span<const float>(x)), contract_error);
  CHECK_THROWS_AS((void)io::npy_bytes({}, std::span<const float>(x)), contract_error);
  CHECK_THROWS_AS((void)io::npy_bytes({1, 1, 1, 1, 2}, std::span<const float>(x)), contract_error);
  // a product of lengths that wraps around to the right number
  const std::size_t half = std::size_t{1} << (4 * sizeof(std::size_t));
  CHECK_THROWS_AS((void)io::npy_bytes({half, half}, std::span<const float>()), contract_error);
  CHECK_NOTHROW((void)io::npy_bytes({half, half, 0}, std::span<const float>()));
}
#endif
