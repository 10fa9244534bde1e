package dev.parley.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AssistantLinesTest {
  private static final Set<String> PROVIDERS = Set.of("simulated", "local");

  @TempDir Path folder;

  private static List<AssistantSettings> assistants(Map<String, String> lines)
      throws ConfigException {
    ConfigErrors errors = new ConfigErrors(null, Map.of());
    List<AssistantSettings> assistants = AssistantLines.parse(lines, PROVIDERS, errors);
    errors.throwIfAny();
    return assistants;
  }

  @Test
  void whatIsNotSaidHasADefault() throws Exception {
    assertThat(assistants(Map.of("helper.model", "local/llama")))
        .containsExactly(new AssistantSettings("helper", "local/llama", "", 10, 200_000));
  }

  @Test
  void everythingCanBeSaid() throws Exception {
    Map<String, String> lines =
        Map.of(
            "b.model", "simulated",
            "b.system", "Be brief.",
            "b.questions-per-minute", "3",
            "b.tokens-per-day", "0",
            "a.model", "simulated");
    assertThat(assistants(lines))
        .containsExactly(
            new AssistantSettings("a", "simulated", "", 10, 200_000),
            new AssistantSettings("b", "simulated", "Be brief.", 3, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "helper, simulated, assistant.helper",
    "Helper.model, simulated, small letters",
    "helper.model, nowhere/x, one of the providers",
    "helper.system, Be brief., assistant.helper.model: missing",
    "helper.modell, simulated, 'assistant.helper.modell: no such setting (expected of an"
        + " assistant'",
  })
  void aLineThatCannotBeUsedIsNamed(String line, String text, String told) {
    assertThatThrownBy(() -> assistants(Map.of(line, text)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(told)
        .hasMessageContaining("expected");
  }

  @ParameterizedTest
  @CsvSource({
    "questions-per-minute, 0, 1 to 1000",
    "questions-per-minute, many, 1 to 1000",
    "tokens-per-day, -1, 0 to",
    "tokens-per-dy, 7, tokens-per-day",
  })
  void aValueThatCannotBeUsedIsNamed(String option, String text, String told) {
    Map<String, String> lines = Map.of("helper.model", "simulated", "helper." + option, text);
    assertThatThrownBy(() -> assistants(lines))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("assistant.helper." + option)
        .hasMessageContaining(told);
  }

  @Test
  void thereAreNotManyAssistantsAndTheirInstructionsAreNotEndless() {
    Map<String, String> many = new HashMap<>();
    for (int i = 0; i < 17; i++) {
      many.put("a" + i + ".model", "simulated");
    }
    assertThatThrownBy(() -> assistants(many))
        .hasMessageContaining("17 assistants (expected: at most 16)");
    Map<String, String> wordy =
        Map.of("helper.model", "simulated", "helper.system", "x".repeat(16_385));
    assertThatThrownBy(() -> assistants(wordy))
        .hasMessageContaining("16385 bytes (expected: at most 16384)");
  }

  @Test
  void theFilesLinesAreShownAsTheyCanBeWrittenAgainAndDefaultsWithThem() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("parley.conf"),
            """
            assistant.helper.model = simulated
            assistant.helper.system = Be brief.\\nBe kind.
            """);
    Settings settings = Settings.gather(file, Map.of(), Map.of());
    assertThat(settings.assistants())
        .containsExactly(
            new AssistantSettings("helper", "simulated", "Be brief.\nBe kind.", 10, 200_000));
    assertThat(settings.providerValues())
        .contains(
            new ProviderValue("assistant.helper.model", "simulated", "file " + file),
            new ProviderValue("assistant.helper.system", "Be brief.\\nBe kind.", "file " + file),
            new ProviderValue("assistant.helper.questions-per-minute", "10", "default"),
            new ProviderValue("assistant.helper.tokens-per-day", "200000", "default"));
  }
}
