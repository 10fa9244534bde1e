package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which options `./parley` gives to Java: in a checkout where everything is built, with a JDK that
/// prints its arguments, on machines that are made of files.
@EnabledOnOs({OS.LINUX, OS.MAC})
final class LauncherTest {
  private static final String VERSION = "25.0.1+8-LTS";
  private static final String MIB_256 = "268435456";

  /// What version 1 of control groups has where there is no limit.
  private static final String NO_LIMIT = "9223372036854771712";

  private static final Path SOURCES = Path.of("..");
  private static final List<String> LAUNCHER =
      List.of("parley", "pom.xml", "tools/jdk.sh", "tools/serve.args", "tools/small.args");

  @TempDir Path checkout;
  @TempDir Path jdk;
  @TempDir Path machine;

  @BeforeEach
  void build() throws IOException {
    for (String file : LAUNCHER) {
      Path copy = checkout.resolve(file);
      Files.createDirectories(copy.getParent());
      Files.copy(SOURCES.resolve(file), copy);
      age(copy, 3);
    }
    write(checkout, "cli/target/parley/parley.jar", "a program");
    age(checkout.resolve("cli/target/parley/parley.jar"), 2);
    write(checkout, "cli/target/parley/" + VERSION + ".aot", "");
    write(checkout, "target/launcher/built", "");
    for (String program : List.of("java", "javac")) {
      write(jdk, "bin/" + program, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
      Files.setPosixFilePermissions(
          jdk.resolve("bin/" + program), PosixFilePermissions.fromString("rwx------"));
    }
    write(
        jdk,
        "release",
        "JAVA_RUNTIME_VERSION=\"%s\"\nJAVA_VERSION=\"25.0.1\"\n".formatted(VERSION));
  }

  private static void age(Path file, int hours) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(hours * 3_600L)));
  }

  private static void write(Path directory, String file, String text) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  /// The arguments that Java gets.
  private List<String> launch(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", checkout.resolve("parley").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("PARLEY_"));
    builder
        .environment()
        .putAll(Map.of("PARLEY_JAVA_HOME", jdk.toString(), "PARLEY_TEST_ROOT", machine.toString()));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out.lines().toList();
  }

  private void meminfo(long kib) throws IOException {
    write(machine, "proc/meminfo", "MemTotal:  %d kB\nMemFree:  17 kB\n".formatted(kib));
  }

  private void assertSmall(boolean small) throws IOException, InterruptedException {
    String options = small ? "small.args" : "serve.args";
    assertThat(launch("serve", "--port", "1"))
        .filteredOn(argument -> argument.endsWith(".args"))
        .singleElement()
        .asString()
        .isEqualTo("@" + checkout.toRealPath().resolve("tools").resolve(options));
  }

  @ParameterizedTest
  @CsvSource({"262144, true", "524287, true", "524288, false", "8388608, false"})
  void aServerOfASmallMachineTakesTheOptionsForLittleMemory(long kib, boolean small)
      throws Exception {
    meminfo(kib);
    assertSmall(small);
  }

  @ParameterizedTest
  @CsvSource({
    "memory.max, " + MIB_256 + ", true",
    "memory.max, 536870911, true",
    "memory.max, 536870912, false",
    "memory.max, max, false",
    "memory/memory.limit_in_bytes, " + MIB_256 + ", true",
    "memory/memory.limit_in_bytes, " + NO_LIMIT + ", false"
  })
  void soDoesOneInASmallContainer(String file, String limit, boolean small) throws Exception {
    meminfo(8 << 20);
    write(machine, "proc/self/cgroup", "0::/\n");
    write(machine, "sys/fs/cgroup/" + file, limit + "\n");
    assertSmall(small);
  }

  @ParameterizedTest
  @CsvSource({"parley.slice/chat.service, true", "parley.slice, true", "other.slice, false"})
  void soDoesOneWhoseControlGroupOrOneAboveItIsSmall(String group, boolean small) throws Exception {
    meminfo(8 << 20);
    write(machine, "proc/self/cgroup", "1:name=systemd:/\n0::/parley.slice/chat.service\n");
    write(machine, "sys/fs/cgroup/parley.slice/chat.service/memory.max", "max\n");
    write(machine, "sys/fs/cgroup/parley.slice/memory.max", "max\n");
    write(machine, "sys/fs/cgroup/" + group + "/memory.max", MIB_256 + "\n");
    assertSmall(small);
  }

  @Test
  void whereNothingTellsThereIsEnough() throws Exception {
    assertSmall(false);
  }

  @Test
  void onlyServersSaveMemory() throws Exception {
    meminfo(262_144);
    assertThat(launch("bench", "serve")).anyMatch(argument -> argument.endsWith("/serve.args"));
    assertThat(launch("send", "serve"))
        .noneMatch(argument -> argument.endsWith(".args"))
        .contains("-XX:TieredStopAtLevel=1");
  }

  @Test
  void theArchiveIsUsedIfOneCouldBeMadeAndThereIsRoom() throws Exception {
    Path archive = checkout.toRealPath().resolve("cli/target/parley/" + VERSION + ".aot");
    assertThat(launch("serve")).noneMatch(argument -> argument.startsWith("-XX:AOTCache"));
    Files.writeString(archive, "classes");
    assertThat(launch("serve")).contains("-XX:AOTCache=" + archive);
    assertThat(launch("--version")).contains("-XX:AOTCache=" + archive);
    meminfo(262_144);
    assertThat(launch("serve")).as("memory counts more").noneMatch(a -> a.contains("AOTCache"));
    assertThat(launch("--version")).contains("-XX:AOTCache=" + archive);
  }
}
