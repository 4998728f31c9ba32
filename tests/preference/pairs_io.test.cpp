// SPDX-License-Identifier: MIT
#include <realign/preference/pairs_io.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <realign/core/float_bits.hpp>
#include <realign/preference/cpl.hpp>
#include <realign/preference/evaluate.hpp>

namespace ra = realign;

TEST_CASE("pairs of strings") {
  const auto read = ra::parse_text_pairs(
      "{\"chosen\":\"\\n\\nHuman: a\\n\\nAssistant: b\",\"rejected\":\"c\",\"id\":[1]}\r\n\r\n"
      "{\"rejected\":\"\",\"chosen\":\"\xc3\xa9 \\ud83d\\ude00\"}",
      "f");
  REQUIRE(read.pairs.size() == 2);
  CHECK(read.pairs[0].chosen == "\n\nHuman: a\n\nAssistant: b");
  CHECK(read.pairs[0].rejected == "c");
  CHECK(read.pairs[0].line == 1);
  CHECK(read.pairs[1].chosen == "\xc3\xa9 \xf0\x9f\x98\x80");
  CHECK(read.pairs[1].rejected.empty());
  CHECK(read.pairs[1].line == 3);
  CHECK(read.report.records == 2);
}

TEST_CASE("conversations are written out, and a prompt is put in front once") {
  const std::string talk =
      R"({"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"y"}],)"
      R"("rejected":[{"role":"human","content":"q"},{"role":"assistant","content":"n"}])";
  for (const std::string end :
       {"}", ",\"prompt\":\"q\"}", ",\"prompt\":[{\"role\":\"user\",\"content\":\"q\"}]}"}) {
    const auto read = ra::parse_text_pairs(talk + end, "f");
    CHECK(read.pairs[0].chosen == "\n\nHuman: q\n\nAssistant: y");
    CHECK(read.pairs[0].rejected == "\n\nHuman: q\n\nAssistant: n");
  }
  const auto answers = ra::parse_text_pairs(
      R"({"prompt":[{"role":"system","content":"s"},{"role":"user","content":"q"}],)"
      R"("chosen":[{"role":"assistant","content":"y"}],"rejected":"n"})",
      "f");
  CHECK(answers.pairs[0].chosen == "\n\nSystem: s\n\nHuman: q\n\nAssistant: y");
  CHECK(answers.pairs[0].rejected == "\n\nSystem: s\n\nHuman: qn");
}

TEST_CASE("a prompt is left out when both sides begin with it, and only then") {
  const auto read = [](const std::string& line) { return ra::parse_text_pairs(line, "f").pairs[0]; };
  const ra::text_pair both = read(R"({"prompt":"q ","chosen":"q y","rejected":"q n"})");
  CHECK(both.chosen == "q y");
  CHECK(both.rejected == "q n");
  CHECK(both.prompt == 2);
  // an answer that happens to begin with the same letters
  const ra::text_pair apple = read(R"({"prompt":"a","chosen":"apple","rejected":"b"})");
  CHECK(apple.chosen == "aapple");
  CHECK(apple.rejected == "ab");
  CHECK(apple.prompt == 1);
  const ra::text_pair other = read(R"({"prompt":"a","chosen":"b","rejected":"apple"})");
  CHECK(other.chosen == "ab");
  CHECK(other.rejected == "aapple");
  // one with the prompt as it is, the other as spoken: not the same beginning
  const ra::text_pair mixed = read(R"({"prompt":"q","chosen":"q y","rejected":"\n\nHuman: q\n\nAssistant: n"})");
  CHECK(mixed.chosen == "qq y");
  CHECK(mixed.rejected == "q\n\nHuman: q\n\nAssistant: n");
}

TEST_CASE("how long the prompt is in both texts") {
  const auto length = [](const std::string& line) { return ra::parse_text_pairs(line, "f").pairs[0].prompt; };
  CHECK(length(R"({"chosen":"a b","rejected":"a c"})") == 0);
  CHECK(length(R"({"prompt":"","chosen":"a b","rejected":"a c"})") == 0);
  CHECK(length(R"({"prompt":"q: ","chosen":"a","rejected":"b"})") == 3);
  const std::string talk =
      R"("chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"y"}],)"
      R"("rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"n"}]})";
  CHECK(length("{\"prompt\":\"q\"," + talk) == 10);  // "\n\nHuman: q"
  CHECK(length(R"({"prompt":[{"role":"user","content":"q"}],)" + talk) == 10);
}

TEST_CASE("fields may have other names") {
  ra::pairs_io_options options;
  options.chosen = "yes";
  options.rejected = "no";
  options.prompt = "question";
  const auto read =
      ra::parse_text_pairs(R"({"yes":"a","no":"b","question":"q:","prompt":7})", "f", options);
  CHECK(read.pairs[0].chosen == "q:a");
  CHECK(read.pairs[0].rejected == "q:b");
}

TEST_CASE("a file on disk") {
  const std::string name = "realign_pairs_io_test.jsonl";
  std::FILE* f = std::fopen(name.c_str(), "wb");
  REQUIRE(f != nullptr);
  REQUIRE(std::fputs("{\"chosen\":\"a\",\"rejected\":\"b\"}\n", f) >= 0);
  REQUIRE(std::fclose(f) == 0);
  CHECK(ra::load_text_pairs(name).pairs.size() == 1);
  CHECK(std::remove(name.c_str()) == 0);
}

TEST_CASE_TEMPLATE("pairs of step log-probabilities", T, float, double) {
  const auto read = ra::parse_step_pairs<T>(
      R"({"chosen":{"log_probs":[-1,-2.5,null],"reference":[-1.5,-2,"x"],"mask":[1,true,0]},)"
      R"("rejected":{"log_probs":[-3,"-inf"],"reference":[-1,-1]},"label":0.75,"gap":2})"
      "\n"
      R"({"chosen":{"log_probs":[]},"rejected":{"log_probs":[0.5]}})",
      "f");
  REQUIRE(read.pairs.size() == 2);
  CHECK(read.pairs[0].preferred == 0);
  CHECK(read.pairs[0].rejected == 1);
  CHECK(read.pairs[0].label == 0.75);
  CHECK(read.pairs[0].gap == 2);
  CHECK(read.pairs[1].preferred == 2);
  CHECK(read.pairs[1].label == 1);
  CHECK(read.pairs[1].gap == 0);
  const auto views = read.views();
  REQUIRE(views.size() == 4);
  CHECK(views[0].size() == 3);
  CHECK(views[0].steps() == 2);
  CHECK(views[0].log_probs[1] == T(-2.5));
  CHECK(views[0].reference[1] == T(-2));
  CHECK(ra::is_neg_inf(views[1].log_probs[1]));
  CHECK(views[1].mask.empty());
  CHECK(views[2].size() == 0);
  CHECK(views[3].reference.empty());
}

TEST_CASE_TEMPLATE("read steps go into a loss as they are", T, float, double) {
  const auto read = ra::parse_step_pairs<T>(
      R"({"chosen":{"log_probs":[-1,-2]},"rejected":{"log_probs":[-4]}})", "f");
  const auto views = read.views();
  ra::batch_workspace workspace;
  const auto found = ra::evaluate_pairs(ra::cpl{.alpha = 0.5, .lambda = 1.0},
                                        ra::preference_batch<T>{views, read.pairs}, workspace);
  CHECK(found.status == ra::status::ok);
  CHECK(found.loss == doctest::Approx(std::log1p(std::exp(-0.5))));
  CHECK(found.accuracy == 1);
}

#if REALIGN_EXCEPTIONS
namespace {
template <class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const ra::input_error& e) {
    return e.what();
  }
  return "nothing was thrown";
}
std::string of_texts(std::string_view text) {
  return message_of([&] { (void)ra::parse_text_pairs(text, "f.jsonl"); });
}
template <class T = double>
std::string of_steps(std::string_view text) {
  return message_of([&] { (void)ra::parse_step_pairs<T>(text, "f.jsonl"); });
}
/// A line whose chosen side is this.
std::string steps(const std::string& side, const std::string& more = "") {
  return "{\"chosen\":" + side + ",\"rejected\":{\"log_probs\":[-1]}" + more + "}";
}
const std::string good = "{\"chosen\":\"a\",\"rejected\":\"b\"}\n";
}  // namespace

TEST_CASE("a cut line is refused") {
  CHECK(of_texts(good + "{\"chosen\":\"a\",\"rej")
            .starts_with("f.jsonl: line 2, column 18: not valid JSON: "));
  CHECK(of_texts(good + "{\"chosen\":\"a\"}") == "f.jsonl: line 2: rejected: missing");
  CHECK(of_steps("{\"chosen\":{\"log_probs\":[-1,")
            .starts_with("f.jsonl: line 1, column 27: not valid JSON: "));
}

TEST_CASE("a wrong type is refused") {
  CHECK(of_texts("[]") == "f.jsonl: line 1: expected an object, got an array");
  CHECK(of_texts("{\"chosen\":1,\"rejected\":\"b\"}") ==
        "f.jsonl: line 1: chosen: expected a string or a list of messages");
  CHECK(of_texts("{\"chosen\":\"a\",\"rejected\":null}") ==
        "f.jsonl: line 1: rejected: expected a string or a list of messages");
  CHECK(of_texts("{\"chosen\":[{\"role\":\"user\",\"content\":5}],\"rejected\":\"b\"}") ==
        "f.jsonl: line 1: chosen[0].content: expected a string, got a number");
  CHECK(of_texts("{\"chosen\":[\"a\"],\"rejected\":\"b\"}") ==
        "f.jsonl: line 1: chosen[0]: expected an object, got a string");
  CHECK(of_texts("{\"prompt\":{},\"chosen\":\"a\",\"rejected\":\"b\"}") ==
        "f.jsonl: line 1: prompt: expected a string or a list of messages");
  CHECK(of_steps(good) == "f.jsonl: line 1: chosen: expected an object, got a string");
  CHECK(of_steps(steps("{\"log_probs\":-1}")) ==
        "f.jsonl: line 1: chosen.log_probs: expected an array, got a number");
  CHECK(of_steps(steps("{\"log_probs\":[-1,\"-1\"]}")) ==
        "f.jsonl: line 1: chosen.log_probs[1]: expected a number, got a string");
  CHECK(of_steps(steps("{\"log_probs\":[-1],\"mask\":[2]}")) ==
        "f.jsonl: line 1: chosen.mask[0]: expected 0 or 1, got 2");
  CHECK(of_steps(steps("{\"log_probs\":[-1]}", ",\"label\":1.5")) ==
        "f.jsonl: line 1: label: expected a number in [0, 1], got 1.5");
  CHECK(of_steps(steps("{\"log_probs\":[-1]}", ",\"gap\":\"2\"")) ==
        "f.jsonl: line 1: gap: expected a number, got a string");
}

TEST_CASE("unequal lengths are refused") {
  CHECK(of_steps(steps("{\"log_probs\":[-1,-2],\"reference\":[-1]}")) ==
        "f.jsonl: line 1: chosen.reference: expected 2 numbers, one per step, got 1");
  CHECK(of_steps(steps("{\"log_probs\":[-1,-2],\"mask\":[1,1,1]}")) ==
        "f.jsonl: line 1: chosen.mask: expected 2 entries, one per step, got 3");
}

TEST_CASE("NaN is refused") {
  CHECK(of_steps(steps("{\"log_probs\":[NaN]}"))
            .starts_with("f.jsonl: line 1, column 25: not valid JSON: "));
  CHECK(of_steps(steps("{\"log_probs\":[null]}")) ==
        "f.jsonl: line 1: chosen.log_probs[0]: expected a number, got null");
  CHECK(of_steps(steps("{\"log_probs\":[\"nan\"]}")) ==
        "f.jsonl: line 1: chosen.log_probs[0]: expected a number, got a string");
  CHECK(of_steps(steps("{\"log_probs\":[-1e999]}")).starts_with("f.jsonl: line 1"));
  CHECK(of_steps<float>(steps("{\"log_probs\":[-1e300]}")) ==
        "f.jsonl: line 1: chosen.log_probs[0]: expected a finite number or \"-inf\", got -inf");
}

TEST_CASE("an empty file is refused") {
  CHECK(of_texts("") == "f.jsonl: the file is empty");
  CHECK(of_steps("\n\n") == "f.jsonl: the file is empty");
}

TEST_CASE("a bad line loses nothing but itself, if asked for") {
  ra::pairs_io_options options;
  options.on_bad = ra::io::bad_lines::skip;
  const auto texts = ra::parse_text_pairs(good + "{\"chosen\":\"c\"}\n{\n" + good, "f", options);
  CHECK(texts.pairs.size() == 2);
  CHECK(texts.pairs[1].line == 4);
  REQUIRE(texts.report.skipped.size() == 2);
  CHECK(texts.report.skipped[0].line == 2);
  CHECK(texts.report.skipped[0].reason == "f: line 2: rejected: missing");
  const std::string whole = steps("{\"log_probs\":[-2]}") + "\n";
  const auto of_lines = ra::parse_step_pairs<double>(
      whole + steps("{\"log_probs\":[-2]}", ",\"label\":\"x\"") + "\n" + whole, "f", options);
  CHECK(of_lines.pairs.size() == 2);
  CHECK(of_lines.segments.size() == 4);
  CHECK(of_lines.pairs[1].preferred == 2);
  CHECK(of_lines.report.skipped.size() == 1);
}
#endif
