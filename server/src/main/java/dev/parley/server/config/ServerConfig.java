package dev.parley.server.config;

import dev.parley.core.limit.Limits;
import dev.parley.models.ByModel;
import dev.parley.models.Prices;
import dev.parley.models.ProviderSettings;
import dev.parley.models.Quota;
import dev.parley.storage.sqlite.Durability;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Configuration of a server, typed and checked.
///
/// @param listen where to listen; port 0 takes a free one
/// @param http where HTTP is served; port 0 takes a free one; null: nowhere
/// @param data where the journal is kept
/// @param durability what an acknowledged message survives
/// @param maxStoreBytes size at which the store counts as full; `Long.MAX_VALUE`: no limit
/// @param jsonLog whether log lines are JSON objects
/// @param logLevel least severe lines of the log
/// @param reflection whether clients may ask for the protocol's description
/// @param maxConnections most connections at once
/// @param connectionMaxIdle how long a connection without a call is kept
/// @param drainGrace time that streams are given to end when the server stops
/// @param providers of models
/// @param prices what models cost
/// @param userQuota what one user may ask models
/// @param streamTokensPerMinute tokens of models that one stream may use; 0: no limit
/// @param assistantModel model of the sessions that name none, as `PROVIDER/MODEL`, or PROVIDER
///     alone where it has one model only
/// @param assistants that can be in rooms
/// @param contextTokens tokens of a session that models are shown, where it is set
/// @param limits the bounds that can be configured
public record ServerConfig(
    InetSocketAddress listen,
    @Nullable InetSocketAddress http,
    Path data,
    Durability durability,
    long maxStoreBytes,
    boolean jsonLog,
    String logLevel,
    boolean reflection,
    int maxConnections,
    Duration connectionMaxIdle,
    Duration drainGrace,
    List<ProviderSettings> providers,
    Prices prices,
    Quota userQuota,
    long streamTokensPerMinute,
    String assistantModel,
    List<AssistantSettings> assistants,
    ByModel<Integer> contextTokens,
    Limits.Tunable limits) {
  /// Reads settings.
  ///
  /// @throws ConfigException naming those that cannot be used
  public static ServerConfig of(Settings settings) throws ConfigException {
    ConfigErrors errors = settings.errors();
    ServerConfig config = read(settings, errors);
    errors.throwIfAny();
    return config;
  }

  /// Reads settings.
  ///
  /// @return not to be used if there were errors
  static ServerConfig read(Settings settings, ConfigErrors errors) {
    SettingReader reader = new SettingReader(settings, errors);
    Limits.Tunable defaults = Limits.Tunable.defaults();
    Limits.Tunable limits =
        new Limits.Tunable(
            reader.integer(Setting.MAX_FRAME_BYTES, 65_536, 16_777_216),
            defaults.maxMetadataBytes(),
            reader.integer(Setting.MAX_ROOMS_PER_STREAM, 1, 100_000),
            reader.integer(Setting.MAX_IN_FLIGHT, 1, 4_096),
            reader.integer(Setting.MAX_STREAMS_PER_CONNECTION, 1, 100_000),
            defaults.maxQueuedCommands(),
            defaults.maxBatchCommands(),
            defaults.maxBatchBytes(),
            defaults.maxTailEntries(),
            defaults.maxTailBytes(),
            Math.min(
                reader.number(Setting.MAX_TAIL_BYTES, 1 << 20, Long.MAX_VALUE), quarterOfHeap()),
            defaults.maxIdleTopics(),
            defaults.snapshotEvery(),
            reader.duration(Setting.PRESENCE_GRACE, "0s", "10m"),
            reader.duration(Setting.PRESENCE_INTERVAL, "10ms", "1m"),
            reader.duration(Setting.PING_INTERVAL, "1s", "10m"),
            reader.duration(Setting.PING_TIMEOUT, "1s", "10m"),
            reader.duration(Setting.STALL_TIMEOUT, "1s", "1h"),
            defaults.joinWait());
    long maxStoreBytes = reader.number(Setting.MAX_STORE_BYTES, 0, Long.MAX_VALUE);
    return new ServerConfig(
        reader.address(Setting.LISTEN),
        reader.isOff(Setting.HTTP) ? null : reader.address(Setting.HTTP),
        reader.path(Setting.DATA),
        Durability.valueOf(
            reader.choice(Setting.DURABILITY, "fsync", "os", "memory").toUpperCase(Locale.ROOT)),
        maxStoreBytes == 0 ? Long.MAX_VALUE : maxStoreBytes,
        reader.choice(Setting.LOG, "text", "json").equals("json"),
        reader.choice(Setting.LOG_LEVEL, "error", "warn", "info", "debug"),
        reader.choice(Setting.REFLECTION, "on", "off").equals("on"),
        reader.integer(Setting.MAX_CONNECTIONS, 1, 1_000_000),
        reader.duration(Setting.CONNECTION_MAX_IDLE, "1s", "8760h"),
        reader.duration(Setting.DRAIN_GRACE, "0s", "10m"),
        settings.providers(),
        settings.prices(),
        new Quota(
            reader.integer(Setting.MAX_QUESTIONS_PER_USER, 1, 1_000_000),
            reader.number(Setting.TOKENS_PER_MINUTE_PER_USER, 0, Integer.MAX_VALUE)),
        reader.number(Setting.TOKENS_PER_MINUTE_PER_STREAM, 0, Integer.MAX_VALUE),
        reader.model(Setting.ASSISTANT_MODEL),
        settings.assistants(),
        settings.contextTokens(),
        limits);
  }

  /// What is set for machines with memory to spare must not fill a small heap.
  private static long quarterOfHeap() {
    return Runtime.getRuntime().maxMemory() / 4;
  }

  /// Whether what is acknowledged outlives the server.
  public boolean keepsData() {
    return durability != Durability.MEMORY;
  }

  /// Names of the providers of models.
  public List<String> providerNames() {
    return providers.stream().map(ProviderSettings::name).toList();
  }

  /// An address in the form that the configuration takes, HOST:PORT.
  public static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /// A time in the form that the configuration takes: 10s, or 250ms where seconds do not do.
  public static String text(Duration time) {
    return time.toMillisPart() == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
  }
}
