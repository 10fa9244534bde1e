package dev.parley.storage.sqlite;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// What tests ask of the operating system; a test whose wish is not granted is skipped, and says
/// why.
final class TestSystem {
  private TestSystem() {}

  /// Runs a program and tells whether it was there and succeeded.
  static boolean run(Object... command) {
    try {
      return new ProcessBuilder(Arrays.stream(command).map(Object::toString).toList())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// A small file system in memory, until it is closed.
  record SmallDisk(Path path) implements AutoCloseable {
    static SmallDisk mount(Path parent, String size) throws Exception {
      Path path = Files.createDirectory(parent.resolve("small"));
      assumeTrue(
          run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", path),
          "needs root to mount a small file system");
      return new SmallDisk(path);
    }

    void makeReadOnly() {
      assumeTrue(run("mount", "-o", "remount,ro", path), "needs root to mount read-only");
    }

    @Override
    public void close() {
      run("umount", path);
    }
  }
}
