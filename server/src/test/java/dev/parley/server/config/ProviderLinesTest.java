package dev.parley.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.models.ProviderKind;
import dev.parley.models.ProviderSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProviderLinesTest {
  private static final ProviderSettings SIMULATED = ProviderSettings.simulated();

  @Test
  void withoutAnythingThereIsTheSimulatedOne() throws Exception {
    assertThat(ProviderLines.parse(Map.of(), Map.of())).containsExactly(SIMULATED);
  }

  @Test
  void aKeyInTheEnvironmentIsAProvider() throws Exception {
    assertThat(
            ProviderLines.parse(
                Map.of(), Map.of("ANTHROPIC_API_KEY", " sk-1\n", "MISTRAL_API_KEY", " ")))
        .containsExactly(
            new ProviderSettings(
                "anthropic", ProviderKind.ANTHROPIC, "https://api.anthropic.com", "sk-1", Map.of()),
            SIMULATED);
  }

  @Test
  void linesOfAFileNameProviders(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("parley.conf"),
            """
            provider.local.kind = compatible
            provider.local.base-url = http://127.0.0.1:11434/
            provider.azure.base-url = https://us.example.com
            provider.azure.key = env:MY_KEY
            provider.azure.api-version = 2024-10-21
            provider.simulated.pace = 0s
            """);
    Settings settings = Settings.gather(file, Map.of("MY_KEY", "sk-2"), Map.of());
    assertThat(settings.providers())
        .containsExactly(
            new ProviderSettings(
                "azure",
                ProviderKind.AZURE,
                "https://us.example.com",
                "sk-2",
                Map.of("api-version", "2024-10-21")),
            new ProviderSettings(
                "local", ProviderKind.COMPATIBLE, "http://127.0.0.1:11434", "", Map.of()),
            new ProviderSettings(
                "simulated", ProviderKind.SIMULATED, "", "", Map.of("pace-ms", "0")));
    assertThat(settings.providers().toString()).doesNotContain("sk-2");
  }

  @ParameterizedTest
  @CsvSource({
    "kind, openai, expected: provider.NAME.kind",
    "x.kind, openapi, 'openapi\" (expected: one of openai, azure'",
    "x.key, sk-secret, provider.x.kind: missing",
    "azure.key, sk-secret, provider.azure.base-url: missing",
    "openai.base-url, api.example.com, 'expected: such as https'",
    "openai.base-url, ftp://example.com, 'expected: such as https'",
    "openai.base-url, https://user:sk-secret@example.com?, 'expected: such as https'",
    "openai.key, env:NOT_SET, environment variable NOT_SET is not set",
    "openai.pace, 0s, 'of the kind openai: kind, base-url, key'",
    "simulated.pace, fast, 'expected: as 250ms'",
    "vertex.base-url, https://v.example.com, provider.vertex.project: missing",
    "UPPER.kind, openai, small letters"
  })
  void aLineThatCannotBeUsedIsNamed(String line, String text, String told) {
    assertThatThrownBy(() -> ProviderLines.parse(Map.of(line, text), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(told);
  }

  @Test
  void whatHoldsATokenOfEntraIsSaidWithTrueOrFalse() {
    Map<String, String> lines =
        Map.of("azure.base-url", "https://us.example.com", "azure.entra", "yes");
    assertThatThrownBy(() -> ProviderLines.parse(lines, Map.of()))
        .hasMessageContaining("expected: true or false");
  }

  @Test
  void noMessageHoldsACredential() {
    for (String url :
        new String[] {
          "https://user:sk-secret@example.com",
          "https://example.com/?key=sk-secret",
          "https://example.com/#sk-secret"
        }) {
      Map<String, String> within = Map.of("openai.base-url", url);
      assertThatThrownBy(() -> ProviderLines.parse(within, Map.of()))
          .hasMessageContaining("example.com")
          .hasMessageNotContaining("sk-secret");
    }
    assertThatThrownBy(() -> ProviderLines.parse(Map.of("openai.key", "env:sk-secret"), Map.of()))
        .hasMessageNotContaining("sk-secret");
    for (String line : new String[] {"x.key", "azure.key", "key", "openai.keys"}) {
      assertThatThrownBy(() -> ProviderLines.parse(Map.of(line, "sk-secret"), Map.of()))
          .hasMessageNotContaining("sk-secret");
    }
  }
}
