package dev.parley.storage.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The files of a data directory. Everything here is for the directory's owner only.
final class DataFiles {
  static final String DATABASE = "parley.db";

  /// A backup that was checked and is to take the database's place; whoever opens the directory
  /// finishes that.
  static final String RESTORED = "parley.db.restored";

  /// The log of commits that are not in the database yet ([CommitLog]).
  static final String COMMITS = "parley-commits.db";

  private DataFiles() {}

  static Path database(Path directory) {
    return directory.resolve(DATABASE);
  }

  static Path commits(Path database) {
    return database.resolveSibling(COMMITS);
  }

  static Path log(Path database) {
    return database.resolveSibling(database.getFileName() + "-wal");
  }

  /// Makes a directory where it is missing.
  static void createDirectory(Path directory) throws StorageOpenException {
    try {
      if (Files.exists(directory) && !Files.isDirectory(directory)) {
        throw new StorageOpenException(
            StorageOpenException.Kind.BROKEN,
            directory + " is a file (expected: a directory): name another with --data",
            null);
      }
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(directory, mode("rwx------"));
      }
    } catch (IOException e) {
      throw Failures.opening(e, directory);
    }
  }

  /// Makes an empty file where there is none; SQLite's other files get the mode of this one.
  static void createFile(Path file) throws IOException {
    if (!Files.exists(file)) {
      Files.createFile(file, mode("rw-------"));
    }
  }

  private static FileAttribute<?>[] mode(String mode) {
    boolean posix = Path.of("").getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }

  static long size(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  /// Removes a database that nobody has open, and what SQLite made beside it.
  static void deleteDatabase(Path database) throws IOException {
    Files.deleteIfExists(database); // first: without its log it could be taken for a damaged one
    deleteLog(database);
  }

  private static void deleteLog(Path database) throws IOException {
    for (String suffix : List.of("-wal", "-shm", "-journal")) {
      Files.deleteIfExists(database.resolveSibling(database.getFileName() + suffix));
    }
  }

  /// Puts a restored backup in the database's place, if there is one. The logs of the replaced
  /// database go first: they would be taken for the new one's.
  static void finishRestore(Path directory) throws IOException {
    Path restored = directory.resolve(RESTORED);
    if (!Files.exists(restored)) {
      return;
    }
    Path database = database(directory);
    deleteDatabase(commits(database));
    deleteLog(database);
    sync(directory);
    rename(restored, database);
  }

  /// Gives a file its name, durably.
  static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync(to.resolveSibling("").toAbsolutePath());
  }

  /// Syncs a file or directory.
  static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static void deleteTree(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
