package dev.parley.testkit.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Comparator;

/// Order of strings by their UTF-8 bytes, which is not that of their chars.
final class Utf8 {
  static final Comparator<String> ORDER =
      (a, b) -> Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8));

  private Utf8() {}
}
