package dev.parley.system;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// A credential that is recognised wherever it turns up. `tools/secret-scan` looks for the prefix
/// in what the tests leave behind.
///
/// @param use what it is for
/// @param random what only this one has
record Canary(String use, String random) {
  private static final String PREFIX = "parley-canary-";
  private static final int RANDOM_CHARS = 32;
  private static final String LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  private static final RandomGenerator RANDOM = Seed.generator("Canary");

  /// So many characters of it, wherever in it they stand, are too many.
  private static final int TRACE_CHARS = 10;

  /// Another one.
  static synchronized Canary next(String use) {
    StringBuilder random = new StringBuilder();
    for (int i = 0; i < RANDOM_CHARS; i++) {
      random.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
    }
    return new Canary(use, random.toString());
  }

  String secret() {
    return PREFIX + random;
  }

  /// Its use: a failure must not tell the secret either.
  @Override
  public String toString() {
    return use;
  }

  /// Uses of those of which a text holds a trace: in clear, in base64 or in hexadecimal digits, in
  /// capitals or not.
  static Set<String> traces(byte[] text, List<Canary> canaries) {
    Map<String, String> traces = new HashMap<>();
    for (Canary canary : canaries) {
      canary.forms().forEach(form -> cut(form, TRACE_CHARS, canary.use, traces));
      String digits = HexFormat.of().formatHex(canary.random.getBytes(ISO_8859_1));
      cut(digits, 2 * TRACE_CHARS, canary.use, traces);
    }
    String searched = new String(text, ISO_8859_1).toLowerCase(Locale.ROOT);
    Set<String> found = new TreeSet<>();
    for (int length : List.of(TRACE_CHARS, 2 * TRACE_CHARS)) {
      for (int at = 0; at + length <= searched.length(); at++) {
        String use = traces.get(searched.substring(at, at + length));
        if (use != null) {
          found.add(use);
        }
      }
    }
    return found;
  }

  private List<String> forms() {
    List<String> forms = new ArrayList<>(List.of(random));
    // Base64 differs with the place of the secret among the bytes that are encoded.
    for (int before = 0; before < 3; before++) {
      byte[] bytes = ("x".repeat(before) + random).getBytes(ISO_8859_1);
      String encoded = Base64.getEncoder().withoutPadding().encodeToString(bytes);
      forms.add(encoded.substring(4, encoded.length() - 2));
    }
    return forms;
  }

  private static void cut(String form, int length, String use, Map<String, String> traces) {
    for (int at = 0; at + length <= form.length(); at++) {
      traces.put(form.substring(at, at + length).toLowerCase(Locale.ROOT), use);
    }
  }
}
