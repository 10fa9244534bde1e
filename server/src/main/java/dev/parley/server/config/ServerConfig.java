package dev.parley.server.config;

import dev.parley.core.limit.Limits;
import dev.parley.models.ByModel;
import dev.parley.models.Prices;
import dev.parley.models.ProviderSettings;
import dev.parley.models.Quota;
import dev.parley.storage.sqlite.Durability;
import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  /// Reads settings.
  ///
  /// @throws ConfigException naming the first that cannot be used
  public static ServerConfig of(Settings settings) throws ConfigException {
    Limits.Tunable defaults = Limits.Tunable.defaults();
    Limits.Tunable limits =
        new Limits.Tunable(
            integer(settings, Setting.MAX_FRAME_BYTES, 65_536, 16_777_216),
            defaults.maxMetadataBytes(),
            integer(settings, Setting.MAX_ROOMS_PER_STREAM, 1, 100_000),
            integer(settings, Setting.MAX_IN_FLIGHT, 1, 4_096),
            integer(settings, Setting.MAX_STREAMS_PER_CONNECTION, 1, 100_000),
            defaults.maxQueuedCommands(),
            defaults.maxBatchCommands(),
            defaults.maxBatchBytes(),
            defaults.maxTailEntries(),
            defaults.maxTailBytes(),
            Math.min(
                number(settings, Setting.MAX_TAIL_BYTES, 1 << 20, Long.MAX_VALUE), quarterOfHeap()),
            defaults.maxIdleTopics(),
            defaults.snapshotEvery(),
            duration(settings, Setting.PRESENCE_GRACE, "0s", "10m"),
            duration(settings, Setting.PRESENCE_INTERVAL, "10ms", "1m"),
            duration(settings, Setting.PING_INTERVAL, "1s", "10m"),
            duration(settings, Setting.PING_TIMEOUT, "1s", "10m"),
            duration(settings, Setting.STALL_TIMEOUT, "1s", "1h"),
            defaults.joinWait());
    long maxStoreBytes = number(settings, Setting.MAX_STORE_BYTES, 0, Long.MAX_VALUE);
    return new ServerConfig(
        address(settings, Setting.LISTEN),
        isOff(settings, Setting.HTTP) ? null : address(settings, Setting.HTTP),
        path(settings),
        Durability.valueOf(
            choice(settings, Setting.DURABILITY, "fsync", "os", "memory").toUpperCase(Locale.ROOT)),
        maxStoreBytes == 0 ? Long.MAX_VALUE : maxStoreBytes,
        choice(settings, Setting.LOG, "text", "json").equals("json"),
        choice(settings, Setting.LOG_LEVEL, "error", "warn", "info", "debug"),
        choice(settings, Setting.REFLECTION, "on", "off").equals("on"),
        integer(settings, Setting.MAX_CONNECTIONS, 1, 1_000_000),
        duration(settings, Setting.CONNECTION_MAX_IDLE, "1s", "8760h"),
        duration(settings, Setting.DRAIN_GRACE, "0s", "10m"),
        settings.providers(),
        settings.prices(),
        new Quota(
            integer(settings, Setting.MAX_QUESTIONS_PER_USER, 1, 1_000_000),
            number(settings, Setting.TOKENS_PER_MINUTE_PER_USER, 0, Integer.MAX_VALUE)),
        number(settings, Setting.TOKENS_PER_MINUTE_PER_STREAM, 0, Integer.MAX_VALUE),
        model(settings),
        settings.assistants(),
        settings.contextTokens(),
        limits);
  }

  private static String model(Settings settings) throws ConfigException {
    String model = settings.get(Setting.ASSISTANT_MODEL).text();
    String provider = model.replaceFirst("/.*", "");
    List<String> known = settings.providers().stream().map(ProviderSettings::name).toList();
    if (!known.contains(provider)) {
      throw wrong(
          settings,
          Setting.ASSISTANT_MODEL,
          "PROVIDER/MODEL with one of the providers " + Masked.list(known));
    }
    return model;
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

  private static boolean isOff(Settings settings, Setting setting) {
    return settings.get(setting).text().equalsIgnoreCase("off");
  }

  private static InetSocketAddress address(Settings settings, Setting setting)
      throws ConfigException {
    String text = settings.get(setting).text();
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (colon > 0 && port >= 0 && port <= 65_535) {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (!address.isUnresolved()) {
          return address;
        }
      }
    } catch (NumberFormatException e) {
      throw wrong(settings, setting, setting.form());
    }
    throw wrong(settings, setting, setting.form() + " with a host of this machine");
  }

  private static Path path(Settings settings) throws ConfigException {
    String text = settings.get(Setting.DATA).text();
    if (text.isBlank()) {
      throw wrong(settings, Setting.DATA, "a directory; . is this one");
    }
    try {
      return Path.of(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw wrong(settings, Setting.DATA, Setting.DATA.form());
    }
  }

  private static String choice(Settings settings, Setting setting, String... choices)
      throws ConfigException {
    String text = settings.get(setting).text().toLowerCase(Locale.ROOT);
    if (!List.of(choices).contains(text)) {
      throw wrong(settings, setting, Arrays.stream(choices).collect(Collectors.joining(", ")));
    }
    return text;
  }

  private static int integer(Settings settings, Setting setting, int min, int max)
      throws ConfigException {
    return (int) number(settings, setting, min, max);
  }

  private static long number(Settings settings, Setting setting, long min, long max)
      throws ConfigException {
    try {
      long value = Long.parseLong(settings.get(setting).text());
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw wrong(settings, setting, setting.form());
    }
    throw wrong(settings, setting, setting.form());
  }

  private static Duration duration(Settings settings, Setting setting, String min, String max)
      throws ConfigException {
    Matcher matcher = DURATION.matcher(settings.get(setting).text());
    if (matcher.matches()) {
      Duration value = duration(matcher);
      if (value.compareTo(duration(min)) >= 0 && value.compareTo(duration(max)) <= 0) {
        return value;
      }
    }
    throw wrong(settings, setting, "%s to %s, as 250ms, 10s, 5m or 1h".formatted(min, max));
  }

  /// A time as it is written.
  ///
  /// @param where name of the line
  static Duration duration(String where, String text) throws ConfigException {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new ConfigException(
          "%s: \"%s\" (expected: as 250ms, 10s, 5m or 1h)"
              .formatted(Masked.name(where), Masked.value(text)));
    }
    return duration(matcher);
  }

  private static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalStateException("a bound of a setting: " + text);
    }
    return duration(matcher);
  }

  private static Duration duration(Matcher matcher) {
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  private static ConfigException wrong(Settings settings, Setting setting, String expected) {
    Settings.Value value = settings.get(setting);
    return new ConfigException(
        "%s: \"%s\", from %s (expected: %s)"
            .formatted(setting.key(), Masked.value(value.text()), value.origin(), expected));
  }
}
