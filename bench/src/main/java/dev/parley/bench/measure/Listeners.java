package dev.parley.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Finds in `/proc` which process of this machine listens at an address: in `net/tcp` and
/// `net/tcp6` the sockets, in each process's `fd` whose they are. Immutable, thread-safe.
public final class Listeners {
  private static final String LISTEN = "0A";
  private static final String ANY_4 = "0".repeat(8);
  private static final String ANY_6 = "0".repeat(32);

  /// An IPv4 address as an IPv6 one, `::ffff:0:0/96`, in four words.
  private static final int MAPPED_WORD = 0xFFFF;

  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;

  private final Path proc;

  /// @param proc where `/proc` is
  Listeners(Path proc) {
    this.proc = proc;
  }

  /// Those of this machine.
  public static Listeners local() {
    return new Listeners(Path.of("/proc"));
  }

  /// The process that listens.
  ///
  /// @return null if that is unknown: the address is no loopback address, nobody or several
  ///     processes listen there, the process is another user's, or this is no Linux
  public @Nullable Long pid(InetSocketAddress server) {
    if (!server.getAddress().isLoopbackAddress()) {
      return null;
    }
    Set<Long> pids = owners(sockets(server));
    return pids.size() == 1 ? pids.iterator().next() : null;
  }

  /// What the links of their file descriptors say. Of a socket for this address and one for all of
  /// them, the first gets the connections.
  private Set<String> sockets(InetSocketAddress server) {
    List<String> own = forms(server.getAddress());
    Set<String> exact = new TreeSet<>();
    Set<String> any = new TreeSet<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      for (String line : lines(proc.resolve(table))) {
        String[] fields = line.strip().split(" +", -1);
        if (fields.length <= INODE || !fields[STATE].equals(LISTEN)) {
          continue;
        }
        String[] local = fields[LOCAL_ADDRESS].split(":", -1);
        if (Integer.parseInt(local[1], 16) == server.getPort()) {
          String socket = "socket:[%s]".formatted(fields[INODE]);
          if (own.contains(local[0])) {
            exact.add(socket);
          } else if (local[0].equals(ANY_4) || local[0].equals(ANY_6)) {
            any.add(socket);
          }
        }
      }
    }
    return exact.isEmpty() ? any : exact;
  }

  /// An address as the tables have it: 32 bits at a time, as this machine keeps them.
  private static List<String> forms(InetAddress address) {
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress()).order(ByteOrder.nativeOrder());
    StringBuilder form = new StringBuilder();
    while (bytes.hasRemaining()) {
      form.append("%08X".formatted(bytes.getInt()));
    }
    if (!(address instanceof Inet4Address)) {
      return List.of(form.toString());
    }
    int word =
        ByteBuffer.allocate(4).putInt(0, MAPPED_WORD).order(ByteOrder.nativeOrder()).getInt();
    return List.of(form.toString(), "0".repeat(16) + "%08X".formatted(word) + form);
  }

  private Set<Long> owners(Set<String> sockets) {
    Set<Long> pids = new TreeSet<>();
    for (Path process : list(proc)) {
      String name = String.valueOf(process.getFileName());
      if (name.chars().allMatch(Character::isDigit)
          && list(process.resolve("fd")).stream().anyMatch(fd -> sockets.contains(target(fd)))) {
        pids.add(Long.parseLong(name));
      }
    }
    return pids;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException _) {
      return List.of();
    }
  }

  // Processes end meanwhile, and those of others show nothing.
  private static List<Path> list(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    } catch (IOException | UncheckedIOException _) {
      return List.of();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException _) {
      return "";
    }
  }
}
