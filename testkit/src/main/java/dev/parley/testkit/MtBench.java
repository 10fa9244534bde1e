package dev.parley.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The questions of [MT-bench](https://arxiv.org/abs/2306.05685): what people really ask a model,
/// in two turns each.
public final class MtBench {
  private static final String RESOURCE = "mt-bench/question.jsonl";

  private MtBench() {}

  /// The questions, each a JSON object whose `turns` are two strings.
  public static List<String> lines() {
    try (InputStream in = MtBench.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
