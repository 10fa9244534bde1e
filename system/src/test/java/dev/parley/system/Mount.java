package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// A small file system of one's own, until [#close]. Needs root and Linux; where that is missing
/// the test is skipped, and says so.
final class Mount implements AutoCloseable {
  private static final String ENABLE =
      "to enable: run the build as root on Linux with loop devices, for example in"
          + " `docker run --privileged`";

  /// `FS_IOC_SHUTDOWN` with `EXT4_GOING_FLAGS_NOLOGFLUSH`, see the kernel's
  /// `Documentation/filesystems/ext4/`: what is not on the device stays where it is, in memory.
  private static final long SHUTDOWN = 0x8004587dL;

  private static final int NO_LOG_FLUSH = 2;

  private final Path point;
  private final String[] command;

  private Mount(Path point, String... command) {
    this.point = point;
    this.command = command;
  }

  /// An ext4 file system in a file, so that a cut through its power can be simulated.
  static Mount ext4(Path folder, int mib) {
    Path image = folder.resolve("disk.img");
    requireRoot();
    require("truncate", "-s", mib + "M", image.toString());
    require("mkfs.ext4", "-q", "-F", image.toString());
    return mounted(new Mount(point(folder), "mount", "-o", "loop", image.toString()));
  }

  /// A file system in memory.
  static Mount tmpfs(Path folder, int mib) {
    requireRoot();
    return mounted(
        new Mount(point(folder), "mount", "-t", "tmpfs", "-o", "size=" + mib + "m", "tmpfs"));
  }

  private static void requireRoot() {
    Processes.Output output = Processes.attempt("id", "-u");
    if (!output.text().strip().equals("0")) {
      skip("mounting file systems needs root");
    }
  }

  private static void require(String... words) {
    Processes.Output output = Processes.attempt(words);
    if (output.code() != 0) {
      skip(String.join(" ", words) + ": " + output.text().strip());
    }
  }

  private static void skip(String reason) {
    System.out.printf("SKIPPED: %s; %s%n", reason, ENABLE);
    Assumptions.abort(reason + "; " + ENABLE);
  }

  private static Path point(Path folder) {
    try {
      return Files.createDirectories(folder.resolve("mount"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Mount mounted(Mount mount) {
    require(mount.words());
    return mount;
  }

  private String[] words() {
    String[] words = new String[command.length + 1];
    System.arraycopy(command, 0, words, 0, command.length);
    words[command.length] = point.toString();
    return words;
  }

  /// Where it is.
  Path path() {
    return point;
  }

  /// Mounts it again, as another boot would.
  void mount() {
    Processes.run(words());
  }

  void remount(String option) {
    Processes.run("mount", "-o", "remount," + option, point.toString());
  }

  /// Takes it away. What uses it must have ended.
  void unmount() {
    Processes.run("umount", point.toString());
  }

  /// Stops all traffic to the device, as if the power were gone: what was not written to it never
  /// will be, and each call from now on fails. What the device itself would forget (its own
  /// cache) is not lost by this.
  void cutPower() {
    MethodHandle open = function("open", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    MethodHandle ioctl =
        function("ioctl", ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
    MethodHandle close = function("close", ValueLayout.JAVA_INT);
    try (Arena arena = Arena.ofConfined()) {
      int descriptor = (int) open.invokeExact(arena.allocateFrom(point.toString()), 0);
      assertThat(descriptor).isNotNegative();
      MemorySegment flags = arena.allocateFrom(ValueLayout.JAVA_INT, NO_LOG_FLUSH);
      int done = (int) ioctl.invokeExact(descriptor, SHUTDOWN, flags);
      int closed = (int) close.invokeExact(descriptor);
      assertThat(done).as("FS_IOC_SHUTDOWN").isZero();
      assertThat(closed).isZero();
    } catch (Throwable e) {
      throw new AssertionError("the file system cannot be shut down", e);
    }
  }

  @SuppressWarnings("restricted") // plain calls of libc, with the types of its manual
  private static MethodHandle function(String name, MemoryLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
  }

  /// Unmounts it if it is mounted, whatever still uses it.
  @Override
  public void close() {
    Processes.attempt("umount", "-l", point.toString());
  }
}
