package dev.parley.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.models.ByModel;
import dev.parley.models.Credential;
import dev.parley.models.Prices;
import dev.parley.models.ProviderKind;
import dev.parley.models.ProviderSettings;
import dev.parley.models.Quota;
import dev.parley.models.Route;
import dev.parley.models.http.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProviderLinesTest {
  private static final ProviderSettings SIMULATED = ProviderSettings.simulated();

  private static List<ProviderSettings> providers(
      Map<String, String> lines, Map<String, String> environment) throws ConfigException {
    ConfigErrors errors = new ConfigErrors(null, Map.of());
    List<ProviderSettings> providers = ProviderLines.parse(lines, environment, errors);
    errors.throwIfAny();
    return providers;
  }

  private static ByModel<Integer> contexts(String model, String tokens) throws ConfigException {
    ConfigErrors errors = new ConfigErrors(null, Map.of());
    ByModel<Integer> contexts = ContextLines.parse(Map.of(model, tokens), Set.of("openai"), errors);
    errors.throwIfAny();
    return contexts;
  }

  private static Prices prices(String model, String price) throws ConfigException {
    ConfigErrors errors = new ConfigErrors(null, Map.of());
    Prices prices = PriceLines.parse(Map.of(model, price), Set.of("openai"), errors);
    errors.throwIfAny();
    return prices;
  }

  @Test
  void aCredentialIsNotGivenUnderBothOfItsNames() {
    Map<String, String> lines = Map.of("openai.key", "sk-1", "openai.key.default", "sk-2");
    assertThatThrownBy(() -> providers(lines, Map.of()))
        .hasMessage(
            "provider.openai.key.default: the same as key, which there is too (expected: one of"
                + " them)");
  }

  @Test
  void withoutAnythingThereIsTheSimulatedOne() throws Exception {
    assertThat(providers(Map.of(), Map.of())).containsExactly(SIMULATED);
  }

  @Test
  void aKeyInTheEnvironmentIsAProvider() throws Exception {
    assertThat(providers(Map.of(), Map.of("ANTHROPIC_API_KEY", " sk-1\n", "MISTRAL_API_KEY", " ")))
        .containsExactly(
            ProviderSettings.of(
                "anthropic", ProviderKind.ANTHROPIC, "https://api.anthropic.com", "sk-1"),
            SIMULATED);
  }

  @Test
  void theVersionMayStandInTheBaseUrl() throws Exception {
    Map<String, String> lines = Map.of("x.kind", "compatible", "x.base-url", "http://h:1/v1/");
    assertThat(providers(lines, Map.of()).getLast().baseUrl()).isEqualTo("http://h:1");
  }

  @Test
  void vertexIsWhereItsLocationIs() throws Exception {
    Map<String, String> lines = Map.of("vertex.project", "p", "vertex.key", "token");
    assertThat(providers(lines, Map.of()).getLast().baseUrl())
        .isEqualTo("https://aiplatform.googleapis.com");
    Map<String, String> there = new HashMap<>(lines);
    there.put("vertex.location", "europe-west4");
    assertThat(providers(there, Map.of()).getLast().baseUrl())
        .isEqualTo("https://europe-west4-aiplatform.googleapis.com");
    there.put("vertex.base-url", "https://proxy.example.com");
    assertThat(providers(there, Map.of()).getLast().baseUrl())
        .isEqualTo("https://proxy.example.com");
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
            ProviderSettings.of("azure", ProviderKind.AZURE, "https://us.example.com", "sk-2")
                .withOptions(Map.of("api-version", "2024-10-21")),
            ProviderSettings.of("local", ProviderKind.COMPATIBLE, "http://127.0.0.1:11434", ""),
            SIMULATED.withOptions(Map.of("pace-ms", "0")));
    assertThat(settings.providers().toString()).doesNotContain("sk-2");
  }

  @Test
  void aProviderHasAsManyCredentialsAsThereAreKeysAndLimitsOfItsOwn() throws Exception {
    ProviderSettings openai =
        providers(
                Map.of(
                    "openai.key.big", "sk-b",
                    "openai.weight.big", "9",
                    "openai.key.small", "env:SMALL",
                    "openai.max-questions", "10",
                    "openai.tokens-per-minute", "30000",
                    "openai.connect-timeout", "1s",
                    "openai.first-token-timeout", "2m",
                    "openai.token-timeout", "3s",
                    "openai.timeout", "1h"),
                Map.of("SMALL", "sk-s", "OPENAI_API_KEY", "sk-not-used"))
            .getFirst();
    assertThat(openai.credentials())
        .containsExactly(new Credential("big", "sk-b", 9), new Credential("small", "sk-s", 1));
    assertThat(openai.quota()).isEqualTo(new Quota(10, 30_000));
    assertThat(openai.patience())
        .isEqualTo(
            new Patience(
                Duration.ofSeconds(1),
                Duration.ofMinutes(2),
                Duration.ofSeconds(3),
                Duration.ofHours(1)));
    assertThat(openai.toString() + openai.credentials()).doesNotContain("sk-");
  }

  @Test
  void pricesAreLinesOfTheFileToo(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("parley.conf"),
            """
            provider.openai.key = sk-1
            price.simulated/* = 3 15 0.30
            price.openai/gpt-5 = 1.25 10
            """);
    Prices prices = Settings.gather(file, Map.of(), Map.of()).prices();
    Usage usage = new Usage(1_000_000, 1_000_000, 1_000_000, 0);
    assertThat(prices.nanos(new Route("simulated", "x"), usage)).isEqualTo(15_300_000_000L);
    assertThat(prices.nanos(new Route("openai", "gpt-5"), usage)).isEqualTo(11_250_000_000L);
  }

  @ParameterizedTest
  @CsvSource({"openai, 4096", "openai/x, 255", "openai/x, 262145", "openai/x, many"})
  void aContextThatCannotBeUsedIsNamed(String model, String tokens) throws Exception {
    assertThatThrownBy(() -> contexts(model, tokens))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("context.openai")
        .hasMessageContaining("256 to 262144");
    assertThat(contexts("openai/*", "4096").of("openai/x")).isEqualTo(4_096);
  }

  @ParameterizedTest
  @CsvSource({
    "openai, 3 15",
    "openai/x, 3",
    "openai/x, 3 15 1 1",
    "openai/x, 3 -15",
    "openai/x, 3 1e9",
    "openai/x, three fifteen"
  })
  void aPriceThatCannotBeUsedIsNamed(String model, String price) {
    assertThatThrownBy(() -> prices(model, price))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("price.openai")
        .hasMessageContaining("such as 3 15 0.3");
    assertThatThrownBy(() -> prices("opnai/x", "3 15"))
        .hasMessageContaining("there is no provider");
  }

  @ParameterizedTest
  @CsvSource({
    "kind, openai, expected: provider.NAME.kind",
    "x.kind, openapi, 'openapi\" (expected: one of openai, azure'",
    "x.key, sk-secret, provider.x.kind: missing",
    "x.kindd, openai, 'provider.x.kindd: no such setting (did you mean kind?)'",
    "x.colour, red, 'provider.x.…: no such setting (expected of a provider: kind, base-url'",
    "x.kind, ollama, 'compatible is what Ollama, vLLM and llama.cpp are'",
    "openai.base-url, https://api.openai.com/v1/chat/completions, the path of a request",
    "openai.key, $OPENAI_API_KEY, 'begins with $ (expected: env:NAME '",
    "openai.key, '\"sk-secret\"', stands in quotes",
    "azure.key, sk-secret, provider.azure.base-url: missing",
    "openai.base-url, api.example.com, 'expected: such as https'",
    "openai.base-url, ftp://example.com, 'expected: such as https'",
    "openai.base-url, https://user:sk-secret@example.com?, 'expected: such as https'",
    "openai.key, env:NO_SUCH_KEY, environment variable NO_SUCH_KEY is not set",
    "openai.pace, 0s, 'of the kind openai: kind, base-url, key, weight'",
    "simulated.pace, fast, 'expected: as 250ms'",
    "vertex.base-url, https://v.example.com, provider.vertex.project: missing",
    "vertex.location, evil.com/, 'provider.vertex.location: \"evil…\" (expected: '",
    "vertex.project, My Project, 'provider.vertex.project: \"My P…\" (expected: an id such"
        + " as'",
    "vertex.location, EU West, 'provider.vertex.location: \"EU W…\" (expected: '",
    "openai.weight.x, 2, 'there is no key \"x\" (expected: one of default)'",
    "openai.key.X, sk-secret, small letters",
    "openai.key, ' ', 'provider.openai.key: empty (expected: '",
    "openai.key.a, '', 'provider.openai.key.a: empty (expected: '",
    "openai.key, 'sk-secret # mine', a comment stands in a line of its own",
    "openai.max-questions, 0, 'expected: 1 to'",
    "openai.tokens-per-minute, many, 'expected: 1 to'",
    "openai.circuit-breaker, sometimes, 'expected: on or off'",
    "openai.timeout, soon, 'expected: as 250ms'",
    "openai.ca, /no/such/file, a file that can be read",
    "openai.service-account, default, of the kind openai",
    "UPPER.kind, openai, small letters"
  })
  void aLineThatCannotBeUsedIsNamed(String line, String text, String told) {
    assertThatThrownBy(() -> providers(Map.of(line, text), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(told);
  }

  @Test
  void whatHoldsATokenOfEntraIsSaidWithTrueOrFalse() {
    Map<String, String> lines =
        Map.of("azure.base-url", "https://us.example.com", "azure.entra", "yes");
    assertThatThrownBy(() -> providers(lines, Map.of()))
        .hasMessageContaining("expected: true or false");
  }

  @Test
  void aCredentialOfTheEnvironmentThatCannotBeUsedIsNamed() {
    Map<String, String> environment = Map.of("OPENAI_API_KEY", "sk-secret two");
    assertThatThrownBy(() -> providers(Map.of(), environment))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(
            "provider.openai.key: holds spaces, or what is not printable ASCII, from environment"
                + " OPENAI_API_KEY (")
        .hasMessageNotContaining("sk-secret");
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
      assertThatThrownBy(() -> providers(within, Map.of()))
          .hasMessageContaining("example.com")
          .hasMessageNotContaining("sk-secret");
    }
    assertThatThrownBy(() -> providers(Map.of("openai.key", "env:sk-secret"), Map.of()))
        .hasMessageNotContaining("sk-secret");
    assertThatThrownBy(() -> providers(Map.of("openai.key", "env:SECRET1"), Map.of()))
        .hasMessageNotContaining("SECRET1");
    for (String option :
        new String[] {"service-account", "ca", "base-url", "weight", "max-questions"}) {
      for (String text : new String[] {"{\"key\":\"SECRET1\"}", "https:u:SECRET1@h/", "SECRET1"}) {
        Map<String, String> lines = Map.of("vertex." + option, text, "vertex.project", "p");
        assertThatThrownBy(() -> providers(lines, Map.of()))
            .isInstanceOf(ConfigException.class)
            .hasMessageStartingWith("provider.vertex." + option)
            .hasMessageNotContaining("SECRET1");
      }
    }
    for (String line : new String[] {"openai.keySECRET1", "openai.key.SECRET1"}) {
      assertThatThrownBy(() -> providers(Map.of(line, "1"), Map.of()))
          .isInstanceOf(ConfigException.class)
          .hasMessageNotContaining("SECRET1");
    }
    for (String line : new String[] {"x.key", "azure.key", "key", "openai.keys"}) {
      assertThatThrownBy(() -> providers(Map.of(line, "sk-secret"), Map.of()))
          .hasMessageNotContaining("sk-secret");
    }
  }
}
