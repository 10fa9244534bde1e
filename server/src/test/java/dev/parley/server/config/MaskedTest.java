package dev.parley.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskedTest {
  @ParameterizedTest
  @CsvSource({
    "soon, soon",
    "70000, 70000",
    "-1, -1",
    "3 -15, 3 -15",
    "90000ms, 90000ms",
    "0.0.0.0:99999, 0.0.0.0:99999",
    "localhost:99999, localhost:99999",
    "openapi, openapi",
    "memroy, memroy",
    "HOST:PORT, HOST:PORT",
    "sometimes, some…",
    "123456789012, 1234…",
    "swordfish, swor…",
    "sk-secret, sk-s…",
    "'', ''"
  })
  void aValueIsToldIfItCanBeNoCredential(String text, String told) {
    assertThat(Masked.value(text)).isEqualTo(told);
  }

  @ParameterizedTest
  @CsvSource({
    "listen, listen",
    "lisen, lisen",
    "max-streams-per-conection, max-streams-per-conection",
    "tls-certificate, tls-…",
    "12345678, 1234…",
    "provider.openai.timeout, provider.openai.timeout",
    "provider.local.kindd, provider.local.kindd",
    "provider.local.sk-secret, provider.local.…",
    "provider.openai.sk-secret, provider.openai.sk-s…",
    "provider.swordfish.key, provider.swor….key",
    "provider.openai.key.sk-secret, provider.openai.key.sk-s…",
    "provider.sk-1.secret, provider.sk-1…",
    "provider.swordfish, provider.swor…",
    "assistant.helper, assistant.helper",
    "assistant.helper.modell, assistant.helper.modell",
    "price.openai/gpt-5, price.openai/gpt-…",
    "context.simulated/*, context.simulated/*",
    "swordfish.key, swor…"
  })
  void aNameIsToldAsFarAsItsPartsCanBeNoCredential(String name, String told) {
    assertThat(Masked.name(name)).isEqualTo(told);
  }

  @Test
  void aVariableIsToldIfItIsMeantToHoldACredential() {
    assertThat(Masked.variable("AZURE_OPENAI_API_KEY")).isEqualTo("AZURE_OPENAI_API_KEY");
    assertThat(Masked.variable("REPLICATE_API_TOKEN")).isEqualTo("REPLICATE_API_TOKEN");
    assertThat(Masked.variable("SECRET1")).isEqualTo("SECR…");
    assertThat(Masked.variable("SK_LIVE_QZKFJWPXNV")).isEqualTo("SK_L…");
  }
}
