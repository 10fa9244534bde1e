package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Starts that fail: at once, with a code that tells the operator's mistakes from the world's, and
/// with words that say what to do.
class StartIT {
  @TempDir Path folder;

  @Test
  void secondServerOnTheSameDataOrPortIsRefusedAndTheFirstGoesOn() {
    Path data = folder.resolve("data");
    try (ServerProcess server = ServerProcess.start(data, 0);
        RawStream stream = RawStream.open(server.address(), "ada", Map.of("general", 0L))) {
      stream.sayAcknowledged("general", "ada-1");
      String restored = "restore";
      assertFailed(run("serve", "--data", data.toString(), "--listen", "127.0.0.1:0"), 1)
          .contains(data + " is in use by process " + server.pid())
          .contains("name another");
      Path backup = folder.resolve("backup.db");
      assertThat(run("backup", "--data", data.toString(), backup.toString()).code()).isZero();
      assertFailed(run(restored, "--replace", "--data", data.toString(), backup.toString()), 1)
          .contains("is in use by process " + server.pid());

      Path other = folder.resolve("other");
      assertFailed(run("serve", "--data", other.toString(), "--listen", server.address()), 1)
          .contains("cannot listen on " + server.address())
          .contains("--listen");
      ServerProcess.start(other, 0).stop(); // was left in order

      assertThat(stream.sayAcknowledged("general", "ada-2").getSequence()).isPositive();
      assertThat(Journal.read(server.address(), List.of("general")).messages("general"))
          .containsOnlyKeys("ada-1", "ada-2");
      server.stop();
    }
  }

  @Test
  void settingsThatCannotBeUsedAreWrongUsage() throws Exception {
    String data = folder.resolve("data").toString();
    assertFailed(run("serve", "--data", data, "--listen", "nonsense"), 2)
        .contains("listen: \"nons…\", from flag --listen");
    assertFailed(run("serve", "--data", data, "--no-such-setting", "1"), 2)
        .contains("--no-such-setting");
    assertFailed(
            ParleyCommand.run(Map.of("PARLEY_DURABILITY", "sometimes"), "serve", "--data", data), 2)
        .contains("durability: \"some…\", from environment PARLEY_DURABILITY")
        .contains("fsync, os, memory");
    Path file = Files.writeString(folder.resolve("parley.conf"), "max-frame-bites = 3\n");
    assertFailed(run("serve", "--data", data, "--config", file.toString()), 2)
        .contains("max-frame-bites")
        .contains("max-frame-bytes");
    assertThat(Path.of(data)).doesNotExist();
  }

  @Test
  void fileInPlaceOfTheDataDirectoryIsRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("data"), "not a directory");
    assertFailed(run("serve", "--data", file.toString()), 1).contains(file.toString());
    assertThat(file).hasContent("not a directory");
  }

  private static ParleyCommand.Result run(String... words) {
    return ParleyCommand.run(words);
  }

  private static org.assertj.core.api.AbstractStringAssert<?> assertFailed(
      ParleyCommand.Result result, int code) {
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    return assertThat(result.err()).doesNotContain("\tat ");
  }
}
