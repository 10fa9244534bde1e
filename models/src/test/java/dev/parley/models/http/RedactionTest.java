package dev.parley.models.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactionTest {
  @ParameterizedTest
  @CsvSource({
    "nothing of it, nothing of it",
    "sk-0123456789ab, [credential]",
    "a sk-0123456789ab b sk-0123456789ab, a [credential] b [credential]",
    "SK-0123456789AB/1.1, [credential]/1.1",
    "cut: sk-01234567…, cut: [credential]…",
    "sk-0123456789abc, [credential]c",
    "sk-012, sk-012"
  })
  void secretIsReplaced(String text, String redacted) {
    assertThat(Redaction.redact(text, "sk-0123456789ab")).isEqualTo(redacted);
  }

  @ParameterizedTest
  @CsvSource({"abc, abc, abc", "abcd, abcdabcd, [credential][credential]", "'', text, text"})
  void shortSecrets(String secret, String text, String redacted) {
    assertThat(Redaction.redact(text, secret)).isEqualTo(redacted);
  }
}
