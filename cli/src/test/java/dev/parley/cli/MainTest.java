package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.cli.command.Streams;
import dev.parley.cli.output.Tty;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

final class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void versionNamesTheReleaseAndTheJava() {
    assertThat(parley("--version")).isZero();
    assertThat(out.toString()).startsWith("parley ").contains("java " + Runtime.version());
  }

  @Test
  void withoutASubCommandItPrintsItsUsage() {
    assertThat(parley()).isZero();
    assertThat(out.toString()).contains("Usage: parley");
  }

  @Test
  void anUnknownSubCommandIsWrongUsageAndSaysSoOnStandardError() {
    assertThat(parley("frobnicate")).isEqualTo(2);
    assertThat(err.toString())
        .contains("there is no command \"parley frobnicate\"")
        .contains("Try: parley --help");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aMisspeltSubCommandIsToldWithTheOneThatWasMeant() {
    assertThat(parley("sned")).isEqualTo(2);
    assertThat(err.toString()).contains("Did you mean: parley send?");
    assertThat(parley("import", "icr")).isEqualTo(2);
    assertThat(err.toString()).contains("Did you mean: parley import irc?");
  }

  @Test
  void whatIsNoOptionIsSaidToBeNone() {
    assertThat(parley("send", "general", "-5 apples")).isEqualTo(2);
    assertThat(err.toString()).contains("unknown option \"-5 apples\"").contains("put --");
  }

  @Test
  void anUnknownOptionIsToldWithoutItsValue() {
    assertThat(parley("ask", "--api-key=sk-secret", "hello")).isEqualTo(2);
    assertThat(parley("ask", "hello", "--key=sk-secret")).isEqualTo(2);
    assertThat(err.toString())
        .contains("unknown option \"--api-key\"")
        .contains("unknown option \"--key\"")
        .doesNotContain("secret");
  }

  @Test
  void wrongValuesAreToldInWords() {
    assertThat(parley("import", "irc", "--zone", "Nowhere", "x")).isEqualTo(2);
    assertThat(parley("import", "irc", "--date", "today", "x")).isEqualTo(2);
    assertThat(parley("config", "--config", "..")).isEqualTo(2);
    assertThat(parley("rooms", "--connect-timeout", "-1")).isEqualTo(2);
    assertThat(parley("selftest", "--seconds", "0")).isEqualTo(2);
    assertThat(parley("selftest", "--seconds", "61")).isEqualTo(2);
    assertThat(err.toString())
        .contains("\"Nowhere\" (expected: a time zone")
        .contains("\"today\" (expected: a day")
        .contains("Is a directory")
        .contains("--connect-timeout: -1 (expected: 1 or more)")
        .doesNotContain("java.");
  }

  @Test
  void helpKnowsCommandsBelowOthers() {
    assertThat(parley("help", "rooms", "create")).isZero();
    assertThat(out.toString()).startsWith("Usage: parley rooms create");
    assertThat(parley("help", "rooms", "craete")).isEqualTo(2);
    assertThat(err.toString()).contains("Did you mean: parley rooms create?");
  }

  @ParameterizedTest
  @ValueSource(ints = {80, 100, 120})
  void helpIsWrappedWhereTheTerminalEndsAndNowhereElse(int width) {
    check(Main.commandLine(streams()), width);
  }

  private static void check(CommandLine command, int width) {
    UsageMessageSpec texts = command.getCommandSpec().usageMessage();
    List<String> lines =
        command
            .setUsageHelpAutoWidth(false)
            .setUsageHelpWidth(width)
            .getUsageMessage()
            .lines()
            .toList();
    assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(width));
    Stream.of(texts.description(), texts.footer())
        .flatMap(Stream::of)
        .filter(line -> line.startsWith(" "))
        .forEach(example -> assertThat(lines).contains(example.formatted().replace("$$", "$")));
    String before = "";
    for (String line : lines) {
      if (!before.isBlank() && !before.startsWith(" ") && line.matches("\\S.*")) {
        String word = line.split(" ", 2)[0];
        boolean isUsage = before.startsWith("Usage:");
        assertThat(isUsage ? width : before.length() + 1 + word.length())
            .as("%s%n%s", before, line)
            .isGreaterThan(width - 1);
      }
      before = line;
    }
    command.getSubcommands().values().forEach(each -> check(each, width));
  }

  @Test
  void dataThatAreLostAreNoSuccess() {
    Writer full =
        new Writer() {
          @Override
          public void write(char[] text, int from, int length) throws IOException {
            throw new IOException("No space left on device");
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Streams streams =
        new Streams(
            InputStream.nullInputStream(),
            new PrintWriter(full),
            new PrintWriter(err, true),
            Tty.NONE);
    for (String[] args : new String[][] {{"--version"}, {"config"}, {"completion", "bash"}}) {
      assertThat(Main.run(streams, args)).as(args[0]).isEqualTo(1);
      assertThat(err.toString()).contains("standard output cannot be written");
    }
  }

  private int parley(String... args) {
    return Main.run(streams(), args);
  }

  private Streams streams() {
    return new Streams(
        InputStream.nullInputStream(),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        Tty.NONE);
  }
}
