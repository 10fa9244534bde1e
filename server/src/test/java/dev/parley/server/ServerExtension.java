package dev.parley.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.server.config.ServerConfig;
import dev.parley.server.config.Setting;
import dev.parley.server.config.Settings;
import dev.parley.storage.sqlite.SqliteStore;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// A server for each test: on a port of its own, with its data in a directory of its own, which
/// must be sound when the test is over.
public final class ServerExtension implements BeforeEachCallback, AfterEachCallback {
  static {
    // peers that break off make Netty talk: to where the other logs go
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  private final Map<Setting, String> settings = new EnumMap<>(Setting.class);
  private String lines = "";
  private final List<ManagedChannel> channels = new ArrayList<>();
  private TestClock clock = new TestClock();
  private Path data;
  private ParleyServer server;

  public ServerExtension() {
    settings.put(Setting.LISTEN, "127.0.0.1:0");
    settings.put(Setting.HTTP, "off");
    settings.put(Setting.DURABILITY, "os");
    settings.put(Setting.PRESENCE_INTERVAL, "10ms");
    settings.put(Setting.DRAIN_GRACE, "0s");
  }

  /// With a setting other than the usual one.
  public ServerExtension with(Setting setting, String value) {
    settings.put(setting, value);
    return this;
  }

  /// With lines of a file of settings, which only such a file can hold.
  public ServerExtension withLines(String text) {
    lines = text;
    return this;
  }

  /// A new connection.
  public ManagedChannel connect() {
    return connect(NettyChannelBuilder.DEFAULT_FLOW_CONTROL_WINDOW);
  }

  /// A new connection on which no more than so many bytes are taken before they are asked for.
  public ManagedChannel connect(int windowBytes) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(server.address())
            .usePlaintext()
            .flowControlWindow(windowBytes)
            .maxInboundMessageSize(64 << 20)
            .build();
    channels.add(channel);
    return channel;
  }

  public InetSocketAddress address() {
    return server.address();
  }

  /// Where HTTP is served, unless it is off, as it usually is.
  public InetSocketAddress httpAddress() {
    return Objects.requireNonNull(server.httpAddress());
  }

  public TestClock clock() {
    return clock;
  }

  /// Lets a bit of time pass for one who waits in a loop: the server's clock goes ten times as fast
  /// as the machine's, by which it looks who is stalled, so that nobody misses a ping meanwhile.
  public void passTime() {
    clock.advance(Duration.ofMillis(100));
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
  }

  public Path data() {
    return data;
  }

  /// Stops the server as SIGTERM does.
  public void stop() {
    server.close();
  }

  /// Stops the server, and leaves its data as if it had gone down.
  public void crash() throws IOException {
    Path note = data.resolve("last-stop");
    byte[] before = Files.exists(note) ? Files.readAllBytes(note) : null;
    server.close();
    if (before == null) {
      Files.deleteIfExists(note);
    } else {
      Files.write(note, before);
    }
  }

  /// Waits until the server has stopped.
  public void await() throws Exception {
    server.await();
  }

  /// Starts it again, with the same data, on another port.
  public void start() throws Exception {
    settings.put(Setting.DATA, data.toString());
    Path file = Files.writeString(data.resolve("parley.conf"), lines);
    ServerConfig config = ServerConfig.of(Settings.gather(file, Map.of(), settings));
    server = ParleyServer.start(config, "test", clock);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    clock = new TestClock();
    data = Files.createTempDirectory("parley-test-");
    start();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    channels.forEach(ManagedChannel::shutdownNow);
    channels.clear();
    server.close();
    assertThat(SqliteStore.check(data)).isEmpty();
    deleteTree(data);
  }

  private static void deleteTree(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
