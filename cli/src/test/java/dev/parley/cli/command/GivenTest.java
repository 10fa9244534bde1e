package dev.parley.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GivenTest {
  @Test
  void aServerIsTakenFromTheOptionElseTheVariableElseItIsThisMachine() {
    Map<String, String> environment = Map.of("PARLEY_SERVER", "there:1");
    assertThat(Given.server("here:2", environment)).isEqualTo("here:2");
    assertThat(Given.server(null, environment)).isEqualTo("there:1");
    assertThat(Given.server(null, Map.of())).isEqualTo("127.0.0.1:50051");
    assertThat(Given.server(null, Map.of("PARLEY_SERVER", ""))).isEqualTo("127.0.0.1:50051");
  }

  @Test
  void aServerWithoutAPortHasTheUsualOne() {
    assertThat(Given.server("chat.example.org", Map.of())).isEqualTo("chat.example.org:50051");
    assertThat(Given.server("[::1]", Map.of())).isEqualTo("[::1]:50051");
    assertThat(Given.server("[::1]:7", Map.of())).isEqualTo("[::1]:7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "http://here:1",
        "here:",
        "here:port",
        "here:0",
        "here:99999",
        "::1",
        "a b",
        "-1"
      })
  void whatIsNoServerIsRefusedInWords(String text) {
    assertThatThrownBy(() -> Given.server(text, Map.of()))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("server \"" + text.strip() + "\"")
        .hasMessageContaining("expected: HOST or HOST:PORT");
  }

  @Test
  void aUserIsTakenFromTheOptionElseTheVariableElseFromThisMachine() {
    Map<String, String> environment = Map.of("PARLEY_USER", "bob");
    assertThat(Given.user("ann", environment)).isEqualTo("ann");
    assertThat(Given.user(null, environment)).isEqualTo("bob");
    assertThat(Given.user(null, Map.of("PARLEY_USER", "")))
        .isEqualTo(System.getProperty("user.name"));
  }

  @Test
  void misspeltVariablesAreToldWithTheOneThatWasMeant() {
    assertThat(
            Given.strayVariables(
                Map.of(
                    "PARLEY_LISTN", "1",
                    "PARLEY_COLOUR", "2",
                    "PARLEY_DATA", "3",
                    "PARLEY_USER", "4",
                    "PARLEY_JAVA_OPTS", "5",
                    "PATH", "6")))
        .containsExactly(
            "the variable PARLEY_COLOUR is ignored; parley config lists the settings",
            "the variable PARLEY_LISTN is ignored; did you mean PARLEY_LISTEN?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\u00a0b", "a\u0001b"})
  void aNameThatNobodyCanHaveIsRefusedInWords(String name) {
    assertThatThrownBy(() -> Given.user(name, Map.of()))
        .isInstanceOf(CommandFailure.class)
        .hasMessageStartingWith("user name \"")
        .hasMessageContaining("(expected: 1 to 128 bytes without spaces");
    assertThatThrownBy(() -> Given.user("ü".repeat(65), Map.of()))
        .isInstanceOf(CommandFailure.class);
  }
}
