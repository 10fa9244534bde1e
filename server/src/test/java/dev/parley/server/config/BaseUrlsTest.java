package dev.parley.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.models.ProviderKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BaseUrlsTest {
  @ParameterizedTest
  @CsvSource({
    "COMPATIBLE, http://h:1/v1, http://h:1",
    "COMPATIBLE, http://h:1/v1/, http://h:1",
    "COMPATIBLE, http://h:1/openai/v1, http://h:1/openai",
    "COMPATIBLE, http://h:1/v2, http://h:1/v2",
    "ANTHROPIC, http://h/v1, http://h",
    "COHERE, http://h/v2, http://h",
    "GEMINI, http://h/v1beta, http://h",
    "AZURE, http://h/v1, http://h/v1"
  })
  void theVersionMayStandInTheBaseUrl(ProviderKind kind, String url, String used) {
    assertThat(BaseUrls.read(kind, url)).isEqualTo(used);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api.example.com",
        "ftp://example.com",
        "https://",
        "https://u:p@example.com",
        "https://example.com?q",
        "https://example.com#f",
        "https://a b"
      })
  void whatIsNoPlaceForRequestsIsNoBaseUrl(String text) {
    assertThat(BaseUrls.read(ProviderKind.OPENAI, text)).isNull();
  }

  @Test
  void aKindIsUsuallyWhereItsProviderIs() {
    assertThat(BaseUrls.usual(ProviderKind.OPENAI, "global")).isEqualTo("https://api.openai.com");
    assertThat(BaseUrls.usual(ProviderKind.COMPATIBLE, "global")).isEmpty();
    assertThat(BaseUrls.usual(ProviderKind.VERTEX, "europe-west4"))
        .isEqualTo("https://europe-west4-aiplatform.googleapis.com");
    assertThatThrownBy(() -> BaseUrls.usual(ProviderKind.VERTEX, "evil.com/"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
