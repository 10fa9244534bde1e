package dev.parley.storage.sqlite;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Makes sure that only one store has a data directory open. The operating system drops the lock
/// with the process, so nothing is left to clean up after a crash; the file stays.
///
/// Directories of this process are noted apart, because opening and closing the file once more
/// would drop the lock that the process already has.
final class DirectoryLock implements AutoCloseable {
  static final String FILE = "parley.lock";
  private static final int MAX_PID_BYTES = 32;
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /// @param directory an existing directory
  static DirectoryLock acquire(Path directory) throws StorageOpenException {
    Path real = real(directory);
    if (!HELD.add(real)) {
      throw locked(directory, "this process");
    }
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              real.resolve(FILE),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw locked(directory, "process " + pid(channel));
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(US_ASCII)), 0);
      return new DirectoryLock(real, channel);
    } catch (IOException e) {
      release(real, channel);
      throw Failures.opening(e, directory);
    } catch (StorageOpenException e) {
      release(real, channel);
      throw e;
    }
  }

  private static Path real(Path directory) throws StorageOpenException {
    try {
      return directory.toRealPath();
    } catch (IOException e) {
      throw Failures.opening(e, directory);
    }
  }

  private static StorageOpenException locked(Path directory, String holder) {
    return new StorageOpenException(
        StorageOpenException.Kind.LOCKED,
        directory
            + " is in use by "
            + holder
            + ": only one server can use a data directory; stop that one, or name another",
        null);
  }

  private static String pid(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_PID_BYTES);
    channel.read(bytes, 0);
    String pid = US_ASCII.decode(bytes.flip()).toString().strip();
    return pid.isEmpty() ? "unknown" : pid;
  }

  private static void release(Path directory, @Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      HELD.remove(directory);
    }
  }

  @Override
  public void close() {
    release(directory, channel);
  }
}
