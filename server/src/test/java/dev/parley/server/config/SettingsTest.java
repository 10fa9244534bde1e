package dev.parley.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @TempDir Path folder;

  @Test
  void whatIsSetTwiceIsRefusedWithBothLines() throws Exception {
    assertThat(wrong("listen = 127.0.0.1:1\n\nlog = json\nlisten = 127.0.0.1:2"))
        .containsExactly("4: listen: set in line 1 already (expected: once)");
    assertThat(
            wrong(
                """
                provider.openai.key = sk-1
                provider.openai.key = sk-2
                price.simulated/* = 1 2
                price.simulated/* = 1 2
                """))
        .containsExactly(
            "2: provider.openai.key: set in line 1 already (expected: once)",
            "4: price.simulated/*: set in line 3 already (expected: once)");
  }

  @Test
  void allThatIsWrongIsToldAtOnceInTheOrderOfTheFile() throws Exception {
    assertThat(
            wrong(
                """
                durability = memroy
                assistant.bot.model = nowhere
                context.simulated/x = 1
                provider.local.base-url = http://127.0.0.1:1
                provider.openai.timeout = soon
                provider.openai.entra = true
                provider.openai.weight.big = 2
                price.simulated/x = much
                price.local/x = 1 2
                colour = red
                provider.vertex.location = global
                provider.strange = 1
                """))
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .isEqualTo("1: durability: \"memroy\" (expected: fsync, os, memory)"),
            line ->
                assertThat(line).startsWith("2: assistant.bot.model: \"nowh…\" (expected: PROV"),
            line -> assertThat(line).startsWith("3: context.simulated/x: \"1\" (expected: "),
            line ->
                assertThat(line).startsWith("4: provider.local.kind: missing (expected: one of"),
            line ->
                assertThat(line).startsWith("5: provider.openai.timeout: \"soon\" (expected: as"),
            line -> assertThat(line).startsWith("6: provider.openai.entra: no such setting (exp"),
            line -> assertThat(line).startsWith("7: provider.openai.weight.big: there is no key"),
            line -> assertThat(line).startsWith("8: price.simulated/x: \"much\" (expected: "),
            line -> assertThat(line).startsWith("10: colo…: no such setting (expected: one of"),
            line -> assertThat(line).startsWith("11: provider.vertex.project: missing (expected"),
            line -> assertThat(line).isEqualTo("and 1 more"));
  }

  @Test
  void whatCanBeSetIsListedOnceAndWithTheFamilies() throws Exception {
    assertThat(wrong("a = 1\nb = 2"))
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("1: a: no such setting (expected: one of listen, http, ")
                    .contains("provider.NAME.…")
                    .contains("assistant.NAME.…")
                    .contains("price.PROVIDER/MODEL")
                    .contains("context.PROVIDER/MODEL"),
            line ->
                assertThat(line)
                    .isEqualTo("2: b: no such setting (expected: one of those listed above)"));
  }

  @Test
  void whatWasMeantIsAskedInPlaceOfTheList() throws Exception {
    assertThat(wrong("lisen = 1\nopenai.key = sk-1\nprovider.local.baseurl = x"))
        .startsWith(
            "1: lisen: no such setting (did you mean listen?)",
            "2: open…: no such setting (did you mean provider.openai.key?)",
            "3: provider.local.baseurl: no such setting (did you mean base-url?)");
  }

  @Test
  void whatIsNotOfTheFileIsToldWithItsVariableOrFlag() throws Exception {
    Path file = Files.writeString(folder.resolve("parley.conf"), "log = xml\nlog-level = all\n");
    Settings settings =
        Settings.gather(file, Map.of("PARLEY_LOG", "yaml"), Map.of(Setting.LISTEN, "1.5"));
    assertThatThrownBy(() -> ServerConfig.of(settings))
        .hasMessage(
            """
            listen: "1.5", from flag --listen (expected: HOST:PORT)
            log: "yaml", from environment PARLEY_LOG (expected: text, json)
            %s:2: log-level: "all" (expected: error, warn, info, debug)\
            """
                .formatted(file));
  }

  @Test
  void whatIsWrongInTheEnvironmentIsNotSaidToBeOfTheFile() throws Exception {
    Path file = Files.writeString(folder.resolve("parley.conf"), "provider.openai.timeout = 1s\n");
    assertThatThrownBy(() -> Settings.gather(file, Map.of("OPENAI_API_KEY", "a b"), Map.of()))
        .hasMessageStartingWith(
            "provider.openai.key: holds spaces, or what is not printable ASCII, from environment"
                + " OPEN");
  }

  /// What is told of a file, without its name, line by line.
  private List<String> wrong(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("parley.conf"), text);
    try {
      ServerConfig.of(Settings.gather(file, Map.of(), Map.of()));
    } catch (ConfigException e) {
      return String.valueOf(e.getMessage()).replace(file + ":", "").lines().toList();
    }
    return List.of();
  }
}
