package dev.parley.cli;

import static dev.parley.cli.TestParley.command;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.cli.TestParley.Result;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import picocli.CommandLine;

class DataCommandsTest {
  @RegisterExtension final TestParley parley = new TestParley();

  @Test
  void aBackupOfARunningServerIsRestoredElsewhere() {
    parley.run("send", "-u", "ann", "general", "hello");
    Path file = parley.folder().resolve("copy.db");
    Path other = parley.folder().resolve("restored");

    assertThat(data("backup", parley.data(), file.toString()).exitCode()).isZero();
    assertThat(data("restore", other, file.toString()).exitCode()).isZero();
    assertThat(data("check", other).err()).contains("is sound");
  }

  @Test
  void nothingIsOverwrittenUnasked() throws Exception {
    Path file = Files.createFile(parley.folder().resolve("copy.db"));
    Result again = data("backup", parley.data(), file.toString());
    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.err()).contains("copy.db exists");

    Files.delete(file);
    data("backup", parley.data(), file.toString());
    Path other = parley.folder().resolve("restored");
    assertThat(data("restore", other, file.toString()).exitCode()).isZero();
    Result onto = data("restore", other, file.toString());
    assertThat(onto.exitCode()).isEqualTo(1);
    assertThat(onto.err()).contains("holds data").contains("--replace");
    assertThat(data("restore", other, file.toString(), "--replace").exitCode()).isZero();
  }

  @Test
  void theDataOfARunningServerIsNotReplaced() {
    Path file = parley.folder().resolve("copy.db");
    data("backup", parley.data(), file.toString());
    Result restore = data("restore", parley.data(), file.toString(), "--replace");
    assertThat(restore.exitCode()).isEqualTo(1);
    assertThat(restore.err()).contains("in use");
  }

  @Test
  void dataThatIsNotThereFailsAndSaysWhatToDo() {
    Result check = data("check", parley.folder().resolve("nowhere"));
    assertThat(check.exitCode()).isEqualTo(1);
    assertThat(check.err()).contains("does not exist: check the path");
  }

  @Test
  void whatIsNoDirectoryAndNoBackupIsToldAndLeavesNothingBehind() throws Exception {
    Path file = Files.writeString(parley.folder().resolve("file"), "hello");
    Path other = parley.folder().resolve("restored");
    assertThat(data("restore", other, file.toString()).err()).contains("is no backup");
    assertThat(other).doesNotExist();
    Path missing = parley.folder().resolve("nowhere");
    assertThat(data("backup", parley.data(), missing.resolve("copy.db").toString()).err())
        .contains(missing + " is no directory");
    Path backup = parley.folder().resolve("copy.db");
    data("backup", parley.data(), backup.toString());
    assertThat(data("restore", file, backup.toString()).err())
        .contains("is a file (expected: a directory)");
  }

  @Test
  void anEmptyNameIsNotTheDirectoryThatOneIsIn() {
    for (String command : new String[] {"check", "config"}) {
      Result empty = command("", command, "--data=");
      assertThat(empty.exitCode()).as(command).isEqualTo(2);
      assertThat(empty.err()).contains("expected: a directory");
    }
  }

  @Test
  void configShowsEverySettingAndRefusesWhatCannotBeUsed() {
    Result fine = command("", "config", "--listen", "127.0.0.1:1");
    assertThat(fine.exitCode()).isZero();
    assertThat(fine.out()).contains("flag --listen\nlisten = 127.0.0.1:1\n");

    Result wrong = command("", "config", "--listen", "nonsense");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err()).contains("expected: HOST:PORT");
    assertThat(wrong.out()).isEmpty();
    assertThat(command("", "config", "--config", "nowhere").err())
        .contains("configuration file nowhere does not exist");
  }

  @Test
  void configShowsProvidersButNoCredential() throws Exception {
    Path file =
        Files.writeString(
            parley.folder().resolve("parley.conf"),
            """
            provider.azure.base-url = https://us.example.com
            provider.azure.key = sk-not-to-be-told
            provider.azure.api-version = 2024-10-21
            """);
    Result shown = command("", "config", "--config", file.toString());
    assertThat(shown.exitCode()).isZero();
    assertThat(shown.out())
        .contains("# from: file %s%nprovider.azure.api-version = 2024-10-21%n".formatted(file))
        .contains("# from: default%nprovider.azure.kind = azure%n".formatted())
        .contains("# provider.azure.key is set, and not shown; from: file " + file)
        .contains("provider.simulated.kind = simulated")
        .doesNotContain("sk-not-to-be-told");
    Path again = Files.writeString(parley.folder().resolve("again.conf"), shown.out());
    assertThat(command("", "config", "--config", again.toString()).exitCode()).isZero();
  }

  @Test
  void completionIsAScriptThatKnowsTheCommands() {
    Result bash = command("", "completion", "bash");
    assertThat(bash.exitCode()).isZero();
    assertThat(bash.out()).contains("complete -F").contains("history").contains("--reply-to");
    assertThat(command("", "completion", "zsh").out()).contains("compinit");
    assertThat(command("", "completion", "fish").exitCode()).isEqualTo(2);
  }

  @Test
  void everyCommandExplainsItself() {
    helpOf(Main.commandLine(TestParley.streams("", Writer.nullWriter(), Writer.nullWriter())));
  }

  private static void helpOf(CommandLine command) {
    for (CommandLine sub : command.getSubcommands().values()) {
      String[] words = (sub.getCommandSpec().qualifiedName() + " --help").split(" ");
      Result help = command("", Arrays.copyOfRange(words, 1, words.length));
      assertThat(help.exitCode()).as(String.join(" ", words)).isZero();
      assertThat(help.out()).startsWith("Usage: " + sub.getCommandSpec().qualifiedName());
      assertThat(help.out().lines()).allMatch(line -> line.length() <= 80);
      helpOf(sub);
    }
  }

  private static Result data(String command, Path data, String... more) {
    String[] args = new String[more.length + 2];
    args[0] = command;
    args[1] = "--data=" + data;
    System.arraycopy(more, 0, args, 2, more.length);
    return command("", args);
  }
}
