package dev.parley.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ListenersTest {
  private static final int PORT = 0x1F90;
  private static final String IN_4 = "0100007F";
  private static final String IN_6_MAPPED = "0000000000000000FFFF0000" + IN_4;
  private static final String IN_6 = "00000000000000000000000001000000";
  private static final String ANY_4 = "00000000";
  private static final String ANY_6 = "00000000000000000000000000000000";

  @TempDir Path proc;

  @BeforeEach
  void begin() throws IOException {
    Files.createDirectories(proc.resolve("net"));
  }

  private void tables(List<String> ipv4, List<String> ipv6) throws IOException {
    assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN, "addresses are written so");
    String head = "  sl  local_address rem_address   st tx_queue rx_queue";
    Files.write(proc.resolve("net/tcp"), List.of(head, String.join("\n", ipv4)));
    Files.write(proc.resolve("net/tcp6"), List.of(head, String.join("\n", ipv6)));
  }

  private static String socket(String address, int port, String state, int inode) {
    return "   0: %s:%04X %s:0000 %s 00000000:00000000 00:00000000 00000000  1000        0 %d 1 0"
        .formatted(address, port, "0".repeat(address.length()), state, inode);
  }

  private void process(int pid, int... inodes) throws IOException {
    Path files = Files.createDirectories(proc.resolve(pid + "/fd"));
    Files.createSymbolicLink(files.resolve("0"), Path.of("pipe:[7]"));
    for (int inode : inodes) {
      Files.createSymbolicLink(files.resolve("" + inode), Path.of("socket:[%d]".formatted(inode)));
    }
  }

  private Long pid(String host) throws IOException {
    return new Listeners(proc).pid(new InetSocketAddress(InetAddress.getByName(host), PORT));
  }

  @Test
  void findsThisProcess() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "this is Linux");
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Listeners.local().pid((InetSocketAddress) socket.getLocalSocketAddress()))
          .isEqualTo(ProcessHandle.current().pid());
    }
    try (ServerSocket socket = new ServerSocket(0)) {
      assertThat(
              Listeners.local()
                  .pid(
                      new InetSocketAddress(
                          InetAddress.getLoopbackAddress(), socket.getLocalPort())))
          .isEqualTo(ProcessHandle.current().pid());
    }
  }

  @Test
  void aConnectionsOwnPortIsNoListener() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket connected = new Socket(socket.getInetAddress(), socket.getLocalPort())) {
      assertThat(Listeners.local().pid((InetSocketAddress) connected.getLocalSocketAddress()))
          .isNull();
    }
  }

  @Test
  void theWayIsFromAddressToSocketToProcess() throws IOException {
    tables(
        List.of(
            socket(IN_4, PORT + 1, "0A", 11),
            socket(IN_4, PORT, "01", 12),
            socket(IN_4, PORT, "0A", 13)),
        List.of());
    process(100, 11, 12);
    process(200, 9, 13);
    assertThat(pid("127.0.0.1")).isEqualTo(200);
  }

  @Test
  void thisVeryAddressGoesBeforeAllAddresses() throws IOException {
    tables(
        List.of(socket(ANY_4, PORT, "0A", 11), socket("0200007F", PORT, "0A", 12)),
        List.of(socket(IN_6, PORT, "0A", 13)));
    process(100, 11);
    process(200, 12);
    process(300, 13);
    assertThat(pid("127.0.0.1")).isEqualTo(100);
    assertThat(pid("127.0.0.2")).isEqualTo(200);
    assertThat(pid("::1")).isEqualTo(300);
  }

  @Test
  void aSocketOfIpv6TakesIpv4Too() throws IOException {
    tables(List.of(), List.of(socket(IN_6_MAPPED, PORT, "0A", 11), socket(ANY_6, PORT, "0A", 12)));
    process(100, 11);
    process(200, 12);
    assertThat(pid("127.0.0.1")).isEqualTo(100);
    assertThat(pid("127.0.0.2")).isEqualTo(200);
  }

  @Test
  void ofSeveralProcessesNoneIsIt() throws IOException {
    tables(List.of(socket(IN_4, PORT, "0A", 11)), List.of());
    process(100, 11);
    process(200, 11);
    assertThat(pid("127.0.0.1")).isNull();
  }

  @Test
  void anotherMachinesProcessesAreUnknown() throws IOException {
    tables(List.of(socket(ANY_4, PORT, "0A", 11)), List.of());
    process(100, 11);
    assertThat(pid("192.0.2.1")).isNull();
  }
}
